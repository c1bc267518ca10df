package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// call is one RPC with the SDK's own messages.
type call struct {
	// Method is Service/Method; a service without a package is one of
	// c1.connector.v2.
	Method   string            `json:"method"`
	Request  json.RawMessage   `json:"request"`
	Metadata map[string]string `json:"metadata"`
	// Keys adds one encryption config each, and opens what comes back.
	Keys []string `json:"keys"`
	// Chosen puts a password into credential_options, encrypted as the
	// platform does it.
	Chosen *encryptCase `json:"chosen"`
}

// sealable is a request for a credential.
type sealable interface {
	GetEncryptionConfigs() []*v2.EncryptionConfig
	SetEncryptionConfigs([]*v2.EncryptionConfig)
	GetCredentialOptions() *v2.CredentialOptions
	SetCredentialOptions(*v2.CredentialOptions)
}

func (c *call) perform(ctx context.Context, conn grpc.ClientConnInterface, id int) (*performed, error) {
	method, err := findMethod(c.Method)
	if err != nil {
		return nil, err
	}
	request, err := newMessage(method.Input())
	if err != nil {
		return nil, err
	}
	reply, err := newMessage(method.Output())
	if err != nil {
		return nil, err
	}
	if len(c.Request) > 0 {
		if err := protojson.Unmarshal(c.Request, request); err != nil {
			return nil, fmt.Errorf("%w: request of %s: %v", errUsage, c.Method, err)
		}
	}
	keys, err := c.complete(ctx, request)
	if err != nil {
		return nil, err
	}
	for name, value := range c.Metadata {
		ctx = metadata.AppendToOutgoingContext(ctx, name, value)
	}
	path := fmt.Sprintf("/%s/%s", method.Parent().FullName(), method.Name())
	callErr := conn.Invoke(ctx, path, request, reply)
	answer := &performed{ID: id}
	if answer.outcome, err = outcomeOf(reply, callErr); err != nil || callErr != nil {
		return answer, err
	}
	if sealed, ok := reply.(interface{ GetEncryptedData() []*v2.EncryptedData }); ok {
		answer.Opened, err = openAll(ctx, keys, sealed.GetEncryptedData())
	}
	return answer, err
}

// complete adds what a test cannot write down: keys made for this one call,
// and a password encrypted to the connector.
func (c *call) complete(ctx context.Context, request proto.Message) ([]recipient, error) {
	if len(c.Keys) == 0 && c.Chosen == nil {
		return nil, nil
	}
	target, ok := request.(sealable)
	if !ok {
		return nil, fmt.Errorf("%w: %s takes no credential", errUsage, c.Method)
	}
	keys := make([]recipient, 0, len(c.Keys))
	configs := target.GetEncryptionConfigs()
	for _, kind := range c.Keys {
		key, err := newRecipient(ctx, kind)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		configs = append(configs, key.config)
	}
	target.SetEncryptionConfigs(configs)
	if c.Chosen != nil {
		data, err := c.Chosen.seal(ctx)
		if err != nil {
			return nil, err
		}
		options := target.GetCredentialOptions()
		if options == nil {
			options = &v2.CredentialOptions{}
		}
		options.SetEncryptedPassword(v2.CredentialOptions_EncryptedPassword_builder{EncryptedPasswords: []*v2.EncryptedData{data}}.Build())
		target.SetCredentialOptions(options)
	}
	return keys, nil
}

func findMethod(name string) (protoreflect.MethodDescriptor, error) {
	full := strings.Replace(name, "/", ".", 1)
	if service, _, _ := strings.Cut(name, "/"); !strings.Contains(service, ".") {
		full = string(connectorPackage) + "." + full
	}
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(full))
	method, ok := found.(protoreflect.MethodDescriptor)
	if err != nil || !ok || method.IsStreamingServer() || method.IsStreamingClient() {
		return nil, fmt.Errorf("%w: %q is no unary method of the SDK", errUsage, name)
	}
	return method, nil
}

func newMessage(descriptor protoreflect.MessageDescriptor) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}
