package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"slices"

	"filippo.io/age"
	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/go-jose/go-jose/v4"
	"google.golang.org/protobuf/encoding/protojson"
)

// recipient is a key pair made for one call.
type recipient struct {
	kind   string
	config *v2.EncryptionConfig
	// opener has the private half in the form that decrypt takes.
	opener decryptCase
}

// opened is a password that came back, as the SDK's provider opened it.
type opened struct {
	Key         string `json:"key"`
	Provider    string `json:"provider"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Text        string `json:"text"`
}

func newRecipient(ctx context.Context, kind string) (recipient, error) {
	switch kind {
	case "age":
		identity, err := age.GenerateX25519Identity()
		if err != nil {
			return recipient{}, err
		}
		return ageRecipient(kind, identity.String(), identity.Recipient().String()), nil
	case "age-hybrid":
		identity, err := age.GenerateHybridIdentity()
		if err != nil {
			return recipient{}, err
		}
		return ageRecipient(kind, identity.String(), identity.Recipient().String()), nil
	}
	private, err := newPrivateKey(kind)
	if err != nil {
		return recipient{}, err
	}
	key := &jose.JSONWebKey{Key: private}
	public, err := key.Public().MarshalJSON()
	if err != nil {
		return recipient{}, err
	}
	text, err := key.MarshalJSON()
	if err != nil {
		return recipient{}, err
	}
	config := v2.EncryptionConfig_builder{
		JwkPublicKeyConfig: v2.EncryptionConfig_JWKPublicKeyConfig_builder{PubKey: public}.Build(),
	}.Build()
	return recipient{kind, config, decryptCase{PrivateKey: text}}, nil
}

func newPrivateKey(kind string) (crypto.PrivateKey, error) {
	switch kind {
	case "ed25519":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	case "p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "p521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "rsa":
		return rsa.GenerateKey(rand.Reader, 2048)
	default:
		return nil, fmt.Errorf("%w: key %q: want ed25519, p256, p384, p521, rsa, age or age-hybrid", errUsage, kind)
	}
}

func ageRecipient(kind, identity, public string) recipient {
	config := v2.EncryptionConfig_builder{
		AgeRecipientConfig: v2.EncryptionConfig_AgeRecipientConfig_builder{Recipient: public}.Build(),
	}.Build()
	return recipient{kind, config, decryptCase{AgeIdentity: identity}}
}

// openAll insists on one value for each key, in their order and under the
// key id that the SDK gives the key.
func openAll(ctx context.Context, keys []recipient, sealed []*v2.EncryptedData) ([]opened, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if len(sealed) == 0 {
		return []opened{}, nil
	}
	if len(sealed) != len(keys) {
		return nil, fmt.Errorf("%d keys, but %d encrypted values", len(keys), len(sealed))
	}
	all := make([]opened, 0, len(keys))
	for i, key := range keys {
		data, err := protojson.Marshal(sealed[i])
		if err != nil {
			return nil, err
		}
		key.opener.Data = json.RawMessage(data)
		plain, err := key.opener.open(ctx)
		if err != nil {
			return nil, fmt.Errorf("value %d, to key %s: %w", i, key.kind, err)
		}
		if !slices.Equal(plain.KeyIDs, sealed[i].GetKeyIds()) {
			return nil, fmt.Errorf("value %d: key ids %v, want %v", i, sealed[i].GetKeyIds(), plain.KeyIDs)
		}
		all = append(all, opened{key.kind, sealed[i].GetProvider(), plain.Name, plain.Description, string(plain.Text)})
	}
	return all, nil
}
