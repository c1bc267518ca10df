package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func privateJWK(t *testing.T) []byte {
	t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := (&jose.JSONWebKey{Key: private}).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestEncryptThenDecrypt(t *testing.T) {
	key := privateJWK(t)
	const password = "påss wörd 🦊"
	in, err := json.Marshal(map[string]any{
		"clientSecret": "id:tenant:v1:" + base64.RawURLEncoding.EncodeToString(key),
		"text":         []byte(password),
	})
	if err != nil {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	if err := encryptAll(t.Context(), bytes.NewReader(in), &sealed); err != nil {
		t.Fatal(err)
	}

	open := func(privateKey []byte) (string, error) {
		line, err := json.Marshal(map[string]json.RawMessage{"privateKey": privateKey, "encryptedData": sealed.Bytes()})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := decryptAll(t.Context(), bytes.NewReader(line), &out); err != nil {
			return "", err
		}
		var answer decrypted
		if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		return string(answer.Text), nil
	}
	if text, err := open(key); err != nil || text != password {
		t.Fatalf("got %q, %v", text, err)
	}
	if _, err := open(privateJWK(t)); err == nil || errors.Is(err, errUsage) {
		t.Fatalf("another key: got %v, want a verdict", err)
	}
}

func TestDecryptRefusesOddInput(t *testing.T) {
	for _, in := range []string{"{", `{"encryptedData":3}`, `{"encryptedData":{}}`} {
		if err := decryptAll(t.Context(), strings.NewReader(in), &bytes.Buffer{}); !errors.Is(err, errUsage) {
			t.Errorf("%s: got %v", in, err)
		}
	}
}
