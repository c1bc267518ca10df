package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/conductorone/baton-sdk/pkg/crypto/providers"
	ageprovider "github.com/conductorone/baton-sdk/pkg/crypto/providers/age"
	"github.com/conductorone/baton-sdk/pkg/crypto/providers/jwk"
	"github.com/go-jose/go-jose/v4"
	"google.golang.org/protobuf/encoding/protojson"
)

// decryptCase is one line of input: the private half of a key and an
// EncryptedData in protobuf's JSON form.
type decryptCase struct {
	PrivateKey  json.RawMessage `json:"privateKey"`
	AgeIdentity string          `json:"ageIdentity"`
	Data        json.RawMessage `json:"encryptedData"`
}

type decrypted struct {
	// Text is base64 in JSON, so that bytes that are not UTF-8 show.
	Text        []byte `json:"text"`
	Name        string `json:"name"`
	Description string `json:"description"`
	// KeyIDs is what the SDK itself calls the key.
	KeyIDs []string `json:"keyIds"`
}

// runDecrypt opens what the connector sealed, line by line, and answers line
// by line. A value that the SDK cannot open ends the run.
func runDecrypt(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := parseFlags(flag.NewFlagSet("decrypt", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	return decryptAll(ctx, os.Stdin, stdout)
}

func decryptAll(ctx context.Context, in io.Reader, out io.Writer) error {
	return eachLine(in, func(line *decryptCase) error {
		opened, err := line.open(ctx)
		if err != nil {
			return err
		}
		return writeJSON(out, opened)
	})
}

func (c *decryptCase) open(ctx context.Context) (*decrypted, error) {
	data := &connectorv2.EncryptedData{}
	if err := protojson.Unmarshal(c.Data, data); err != nil {
		return nil, fmt.Errorf("%w: encryptedData: %v", errUsage, err)
	}
	if c.AgeIdentity != "" {
		return openAge(ctx, c.AgeIdentity, data)
	}
	key := &jose.JSONWebKey{}
	if err := key.UnmarshalJSON(c.PrivateKey); err != nil {
		return nil, fmt.Errorf("%w: privateKey: %v", errUsage, err)
	}
	provider, err := providers.GetEncryptionProvider(data.GetProvider())
	if err != nil {
		return nil, err
	}
	plain, err := provider.Decrypt(ctx, data, key)
	if err != nil {
		return nil, err
	}
	public := key.Public()
	id, err := jwk.Thumbprint(&public)
	if err != nil {
		return nil, err
	}
	return &decrypted{
		Text:        plain.GetBytes(),
		Name:        plain.GetName(),
		Description: plain.GetDescription(),
		KeyIDs:      []string{id},
	}, nil
}

// openAge uses the age library that the SDK's provider uses: the provider
// only encrypts. The key id comes from the provider, by encrypting again.
func openAge(ctx context.Context, text string, data *connectorv2.EncryptedData) (*decrypted, error) {
	if data.GetProvider() != ageprovider.EncryptionProviderAge {
		return nil, fmt.Errorf("provider is %q", data.GetProvider())
	}
	identities, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%w: ageIdentity: %v", errUsage, err)
	}
	plain, err := age.Decrypt(bytes.NewReader(data.GetEncryptedBytes()), identities...)
	if err != nil {
		return nil, err
	}
	opened, err := io.ReadAll(plain)
	if err != nil {
		return nil, err
	}
	recipient, err := recipientOf(identities)
	if err != nil {
		return nil, err
	}
	again, err := (&ageprovider.RecipientEncryptionProvider{}).Encrypt(ctx, connectorv2.EncryptionConfig_builder{
		AgeRecipientConfig: connectorv2.EncryptionConfig_AgeRecipientConfig_builder{Recipient: recipient}.Build(),
	}.Build(), &connectorv2.PlaintextData{})
	if err != nil {
		return nil, err
	}
	return &decrypted{
		Text:        opened,
		Name:        data.GetName(),
		Description: data.GetDescription(),
		KeyIDs:      again.GetKeyIds(),
	}, nil
}

func recipientOf(identities []age.Identity) (string, error) {
	if len(identities) != 1 {
		return "", fmt.Errorf("%w: ageIdentity holds %d identities", errUsage, len(identities))
	}
	switch identity := identities[0].(type) {
	case *age.X25519Identity:
		return identity.Recipient().String(), nil
	case *age.HybridIdentity:
		return identity.Recipient().String(), nil
	default:
		return "", fmt.Errorf("%w: ageIdentity is a %T", errUsage, identity)
	}
}

type encryptCase struct {
	ClientSecret string `json:"clientSecret"`
	Text         []byte `json:"text"`
}

// runEncrypt seals each line's text to the key of its client secret, as the
// platform does with a password that it chose, and answers with an
// EncryptedData per line in protobuf's JSON form.
func runEncrypt(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if err := parseFlags(flag.NewFlagSet("encrypt", flag.ContinueOnError), args, stderr); err != nil {
		return err
	}
	return encryptAll(ctx, os.Stdin, stdout)
}

func encryptAll(ctx context.Context, in io.Reader, out io.Writer) error {
	return eachLine(in, func(line *encryptCase) error {
		data, err := line.seal(ctx)
		if err != nil {
			return err
		}
		text, err := protojson.Marshal(data)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(out, "%s\n", text)
		return err
	})
}

func (c *encryptCase) seal(ctx context.Context) (*connectorv2.EncryptedData, error) {
	key, err := crypto.ParseClientSecret([]byte(c.ClientSecret), true)
	if err != nil {
		return nil, err
	}
	public, err := key.Public().MarshalJSON()
	if err != nil {
		return nil, err
	}
	config := connectorv2.EncryptionConfig_builder{
		JwkPublicKeyConfig: connectorv2.EncryptionConfig_JWKPublicKeyConfig_builder{PubKey: public}.Build(),
	}.Build()
	provider, err := providers.GetEncryptorForConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	data, err := provider.Encrypt(ctx, config, connectorv2.PlaintextData_builder{Name: "password", Bytes: c.Text}.Build())
	if err != nil {
		return nil, err
	}
	// A connector is found by the id that it gives its key, which is the
	// JWK's own kid where it has one.
	data.SetKeyIds([]string{key.KeyID})
	return data, nil
}

func eachLine[T any](in io.Reader, handle func(*T) error) error {
	decoder := json.NewDecoder(in)
	for n := 1; ; n++ {
		line := new(T)
		if err := decoder.Decode(line); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("%w: value %d of the input: %v", errUsage, n, err)
		}
		if err := handle(line); err != nil {
			return fmt.Errorf("value %d of the input: %w", n, err)
		}
	}
}
