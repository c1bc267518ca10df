package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	"github.com/conductorone/baton-sdk/pkg/tasks/c1api"
)

// theirs is the one platform of this test program, whose certificate it trusts: the
// standard library reads SSL_CERT_FILE once in the life of a process.
var theirs struct {
	platform *platform
	facts    *facts
	out      *bytes.Buffer
}

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "platform")
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	theirs.out = &bytes.Buffer{}
	theirs.platform, theirs.facts, err = newPlatform(listener.Addr().String(), folder, theirs.out)
	if err != nil {
		panic(err)
	}
	server, err := theirs.platform.serve(listener)
	if err != nil {
		panic(err)
	}
	certificate := filepath.Join(folder, "platform.pem")
	if err := os.WriteFile(certificate, []byte(theirs.facts.Certificate), 0o600); err != nil {
		panic(err)
	}
	os.Setenv("SSL_CERT_FILE", certificate)
	code := m.Run()
	server.Close()
	os.RemoveAll(folder)
	os.Exit(code)
}

// The SDK's own task manager takes the tasks, over the reference.
func TestPlatformPlaysAScriptForTheSDKsTaskManager(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	conn, err := dial(startReference(t), false)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client := connectorclient.NewConnectorClient(ctx, conn)
	manager, err := c1api.NewC1TaskManager(ctx, theirs.facts.ClientID, theirs.facts.ClientSecret, t.TempDir(),
		false, "", "", nil, nil, nil, 1, c1zstore.EngineSQLite, 3, false)
	if err != nil {
		t.Fatal(err)
	}
	script := strings.Join([]string{
		`{"task":{"id":"sync11111111111111111111111","sync_full":{}}}`,
		`{"task":{"id":"late11111111111111111111111","sync_full":{}},"cancelAt":1,"idlePolls":2}`,
		`{"task":{"id":"some11111111111111111111111"},"unknownKind":199}`,
		`{"task":{"id":"grant1111111111111111111111","grant":{}},"refuse":{"FinishTask":1}}`,
	}, "\n")
	if err := theirs.platform.play(strings.NewReader(script)); err != nil {
		t.Fatal(err)
	}
	if err := manager.Bootstrap(ctx, client); err != nil {
		t.Fatal(err)
	}
	for !isOver(theirs.platform) {
		task, _, err := manager.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// The transcript says how it ended.
		_ = manager.Process(ctx, task, client)
	}
	var got []string
	for _, line := range transcriptOf(t) {
		text := line.Call + line.Settled
		if line.Refused != "" {
			text += " " + line.Refused
		}
		if line.Upload != nil {
			text += " " + strings.Join(line.Upload.Order, ",")
			if !line.Upload.Checksum {
				t.Error("the checksum is said not to be that of the data")
			}
		}
		if line.Failure != "" {
			t.Error(line.Failure)
		}
		got = append(got, text)
	}
	want := []string{
		"token", "Hello",
		"GetTask", "Heartbeat", "UploadAsset metadata,data,eof", "FinishTask", "sync11111111111111111111111",
		"GetTask", "Heartbeat", "late11111111111111111111111",
		"GetTask", "FinishTask", "some11111111111111111111111",
		"GetTask", "FinishTask Unavailable", "grant1111111111111111111111",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestTokenDeskRefusesWhatAPlatformRefuses(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	good := claims{Issuer: "a@h/x", Subject: "a@h/x", Audience: "h", IssuedAt: now.Unix(), NotBefore: now.Unix() - 120, Expiry: now.Unix() + 120}
	desk := &tokenDesk{clientID: "a@h/x", host: "h", nonces: map[string]bool{}}
	if err := desk.checkClaims(good, now); err != nil {
		t.Errorf("refused: %v", err)
	}
	for name, change := range map[string]func(*claims){
		"another issuer":          func(c *claims) { c.Issuer = "b" },
		"another subject":         func(c *claims) { c.Subject = "b" },
		"an audience with a port": func(c *claims) { c.Audience = "h:443" },
		"a wide window":           func(c *claims) { c.Expiry++ },
		"not yet":                 func(c *claims) { c.NotBefore, c.Expiry = now.Unix()+1, now.Unix()+200 },
		"no longer":               func(c *claims) { c.NotBefore, c.Expiry = now.Unix()-200, now.Unix()-1 },
	} {
		bad := good
		change(&bad)
		if desk.checkClaims(bad, now) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := desk.checkNonce("n"); err != nil {
		t.Error(err)
	}
	if desk.checkNonce("n") == nil || desk.checkNonce("") == nil {
		t.Error("a nonce that was used, or none, is accepted")
	}
}

func TestPlatformRefusesAnUnsignedTokenRequest(t *testing.T) {
	desk := &tokenDesk{clientID: "a@h/x", host: "h", nonces: map[string]bool{}}
	for _, assertion := range []string{"", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."} {
		request := &asked{ClientID: "a@h/x", GrantType: "client_credentials", AssertionType: assertionType}
		if desk.check(assertion, request, time.Now()) == nil {
			t.Errorf("%q is accepted", assertion)
		}
	}
}

func isOver(p *platform) bool {
	select {
	case <-p.script.over:
		return true
	default:
		return false
	}
}

func transcriptOf(t *testing.T) []transcriptLine {
	t.Helper()
	theirs.platform.mu.Lock()
	defer theirs.platform.mu.Unlock()
	var lines []transcriptLine
	decoder := json.NewDecoder(theirs.out)
	for {
		line := transcriptLine{}
		if err := decoder.Decode(&line); err == io.EOF {
			return lines
		} else if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
}
