package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	batonv1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"google.golang.org/grpc"
)

// transcriptLine is one line of output: a call of the daemon, or a task that
// is over.
type transcriptLine struct {
	// Call is the method, or "token".
	Call string `json:"call,omitempty"`
	// Task is the id of the task that the call is for.
	Task    string            `json:"task,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	// Request is in protobuf's JSON form.
	Request json.RawMessage `json:"request,omitempty"`
	Upload  *uploaded       `json:"upload,omitempty"`
	// Refused is the code of the answer, when the call was refused.
	Refused string `json:"refused,omitempty"`
	// Settled is the id of a task that is over.
	Settled string `json:"settled,omitempty"`
	// Failure is something that no daemon may send.
	Failure string `json:"failure,omitempty"`
}

// facts is the first line of output: what a daemon needs to connect.
type facts struct {
	Address      string `json:"address"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
	Certificate  string `json:"certificate"`
}

// runPlatform plays the governance platform for one daemon. It takes tasks on
// standard input as they come, and prints all that the daemon says. It ends
// when the input has ended and all tasks are over.
func runPlatform(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("platform", flag.ContinueOnError)
	listen := fs.String("listen", "127.0.0.1:0", "address to listen on, TLS")
	uploads := fs.String("uploads", "", "existing folder that takes uploaded files")
	if err := parseFlags(fs, args, stderr, "listen", "uploads"); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	platform, about, err := newPlatform(listener.Addr().String(), *uploads, stdout)
	if err != nil {
		return err
	}
	if err := writeJSON(stdout, about); err != nil {
		return err
	}
	server, err := platform.serve(listener)
	if err != nil {
		return err
	}
	defer server.Close()
	played := make(chan error, 1)
	go func() { played <- platform.play(os.Stdin) }()
	select {
	case err := <-played:
		if err != nil {
			return err
		}
	case <-ctx.Done():
		return errors.New("stopped before the script had ended")
	}
	select {
	case <-platform.script.over:
		return nil
	case <-ctx.Done():
		return errors.New("stopped before all tasks were over")
	}
}

type platform struct {
	batonv1.UnimplementedBatonServiceServer
	desk        *tokenDesk
	script      *script
	uploads     string
	certificate tls.Certificate

	mu  sync.Mutex
	out io.Writer
	// files counts the uploads, for names of their own.
	files int
	// asked is the last request for several tasks.
	asked *batonv1.BatonServiceGetTasksRequest
}

func newPlatform(address, uploads string, out io.Writer) (*platform, *facts, error) {
	public, secret, err := newClientSecret()
	if err != nil {
		return nil, nil, err
	}
	certificate, chain, err := newCertificate()
	if err != nil {
		return nil, nil, err
	}
	clientID := fmt.Sprintf("cool-name@%s/pcc", address)
	p := &platform{uploads: uploads, out: out, certificate: certificate}
	p.desk = &tokenDesk{
		clientID: clientID,
		host:     hostOf(address),
		public:   public,
		token:    "a-token-of-the-platform",
		note:     p.note,
		nonces:   map[string]bool{},
	}
	p.script = newScript(func(taskID string) { p.note(transcriptLine{Settled: taskID}) })
	return p, &facts{Address: address, ClientID: clientID, ClientSecret: secret, Certificate: chain}, nil
}

// serve has the token endpoint and BatonService on one port.
func (p *platform) serve(listener net.Listener) (*http.Server, error) {
	rpc := grpc.NewServer()
	batonv1.RegisterBatonServiceServer(rpc, p)
	mux := http.NewServeMux()
	mux.Handle("POST "+tokenPath, p.desk)
	server := &http.Server{
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{p.certificate}, MinVersion: tls.VersionTLS12},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
				ctx := context.WithValue(r.Context(), headersKey{}, headersOf(r))
				rpc.ServeHTTP(w, r.WithContext(ctx))
				return
			}
			mux.ServeHTTP(w, r)
		}),
	}
	go func() {
		if err := server.ServeTLS(listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			p.note(transcriptLine{Failure: err.Error()})
		}
	}()
	return server, nil
}

func (p *platform) play(in io.Reader) error {
	defer p.script.end()
	return eachLine(in, func(line *scriptLine) error {
		next, err := newStep(line)
		if err != nil {
			return err
		}
		p.script.add(next)
		return nil
	})
}

func (p *platform) note(line transcriptLine) {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Without a reader the transcript is of no use, and the reader sees that.
	_ = writeJSON(p.out, line)
}

type headersKey struct{}

// headersOf are the headers of a request without the token in them.
func headersOf(r *http.Request) map[string]string {
	headers := map[string]string{}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	if kind, _, found := strings.Cut(headers["authorization"], " "); found {
		headers["authorization"] = kind
	}
	return headers
}

// newCertificate is for 127.0.0.1 and signs itself.
func newCertificate() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "platform"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, string(text), nil
}
