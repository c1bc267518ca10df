package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	tokenPath     = "/auth/v1/token"
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// assertionLife is how far the claims nbf and exp may be from iat.
	assertionLife = 2 * time.Minute
)

var nonceForm = regexp.MustCompile("^[0-9a-f]{32}$")

// tokenDesk is the token endpoint: it knows the public half of one secret.
type tokenDesk struct {
	clientID string
	// host is the audience, without a port.
	host   string
	public ed25519.PublicKey
	token  string
	note   func(transcriptLine)

	mu     sync.Mutex
	nonces map[string]bool
}

type claims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf"`
	Expiry    int64  `json:"exp"`
}

// asked is what the transcript says about a token request: no signature, and
// times from iat on.
type asked struct {
	ClientID      string         `json:"client_id"`
	GrantType     string         `json:"grant_type"`
	AssertionType string         `json:"client_assertion_type"`
	Header        map[string]any `json:"assertion_header"`
	Claims        map[string]any `json:"assertion_claims"`
	Refused       string         `json:"refused,omitempty"`
}

func newClientSecret() (ed25519.PublicKey, string, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, "", err
	}
	text, err := (&jose.JSONWebKey{Key: private}).MarshalJSON()
	if err != nil {
		return nil, "", err
	}
	return public, "secret-token:conductorone.com:v1:" + base64.RawURLEncoding.EncodeToString(text), nil
}

func (d *tokenDesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := asked{
		ClientID:      r.PostFormValue("client_id"),
		GrantType:     r.PostFormValue("grant_type"),
		AssertionType: r.PostFormValue("client_assertion_type"),
	}
	err := d.check(r.PostFormValue("client_assertion"), &request, time.Now())
	if err != nil {
		request.Refused = err.Error()
	}
	content, marshalErr := json.Marshal(request)
	if marshalErr != nil {
		http.Error(w, marshalErr.Error(), http.StatusInternalServerError)
		return
	}
	d.note(transcriptLine{Call: "token", Headers: headersOf(r), Request: content})
	if err != nil {
		http.Error(w, "unauthorized", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": d.token, "token_type": "Bearer", "expires_in": 3600})
}

// check is what a platform checks of an assertion. It fills in what the
// assertion says.
func (d *tokenDesk) check(assertion string, request *asked, now time.Time) error {
	if request.ClientID != d.clientID || request.GrantType != "client_credentials" || request.AssertionType != assertionType {
		return errors.New("the form is not that of this client")
	}
	signed, err := jose.ParseSigned(assertion, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil {
		return err
	}
	content, err := signed.Verify(d.public)
	if err != nil {
		return err
	}
	nonce := signed.Signatures[0].Protected.Nonce
	if request.Header, err = headerOf(assertion, nonce); err != nil {
		return err
	}
	said := claims{}
	if err := json.Unmarshal(content, &said); err != nil {
		return fmt.Errorf("claims: %w", err)
	}
	request.Claims = map[string]any{
		"iss": said.Issuer, "sub": said.Subject, "aud": said.Audience,
		"nbf": said.NotBefore - said.IssuedAt, "exp": said.Expiry - said.IssuedAt,
	}
	return errors.Join(d.checkNonce(nonce), d.checkClaims(said, now))
}

// headerOf is the protected header, with the form of the nonce for its value.
func headerOf(assertion, nonce string) (map[string]any, error) {
	encoded, _, _ := strings.Cut(assertion, ".")
	text, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	header := map[string]any{}
	if err := json.Unmarshal(text, &header); err != nil {
		return nil, err
	}
	if nonceForm.MatchString(nonce) {
		header["nonce"] = "32 hex digits"
	}
	return header, nil
}

func (d *tokenDesk) checkNonce(nonce string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if nonce == "" || d.nonces[nonce] {
		return errors.New("the nonce is missing or was used before")
	}
	d.nonces[nonce] = true
	return nil
}

func (d *tokenDesk) checkClaims(said claims, now time.Time) error {
	if said.Issuer != d.clientID || said.Subject != d.clientID {
		return errors.New("iss or sub is not the client id")
	}
	if said.Audience != d.host {
		return fmt.Errorf("aud is %q", said.Audience)
	}
	window := time.Duration(said.Expiry-said.NotBefore) * time.Second
	if window > 2*assertionLife || now.Unix() < said.NotBefore || now.Unix() > said.Expiry {
		return errors.New("now is not between nbf and exp, or they are too far apart")
	}
	return nil
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}
