package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"strings"
	"testing"
	"time"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// vault returns one password, sealed by the SDK as its own connectors do.
type vault struct {
	v2.UnimplementedCredentialManagerServiceServer
	v2.UnimplementedActionServiceServer
	values int
}

const vaultPassword = "påss wörd 🦊"

func (s *vault) RotateCredential(ctx context.Context, request *v2.RotateCredentialRequest) (*v2.RotateCredentialResponse, error) {
	if sent, _ := metadata.FromIncomingContext(ctx); len(sent.Get("dry-run")) > 0 {
		return v2.RotateCredentialResponse_builder{Annotations: marker(&v2.GrantAlreadyExists{})}.Build(), nil
	}
	if request.GetResourceId().GetResource() == "" {
		return nil, status.Error(codes.InvalidArgument, "resource_id: missing")
	}
	manager, err := crypto.NewEncryptionManager(request.GetCredentialOptions(), request.GetEncryptionConfigs())
	if err != nil {
		return nil, err
	}
	sealed, err := manager.Encrypt(ctx, v2.PlaintextData_builder{Name: "password", Bytes: []byte(vaultPassword)}.Build())
	if err != nil {
		return nil, err
	}
	return v2.RotateCredentialResponse_builder{EncryptedData: sealed[:min(s.values, len(sealed))], ResourceId: request.GetResourceId()}.Build(), nil
}

func (s *vault) InvokeAction(context.Context, *v2.InvokeActionRequest) (*v2.InvokeActionResponse, error) {
	return v2.InvokeActionResponse_builder{Id: "1", Status: v2.BatonActionStatus_BATON_ACTION_STATUS_RUNNING}.Build(), nil
}

func (s *vault) GetActionStatus(context.Context, *v2.GetActionStatusRequest) (*v2.GetActionStatusResponse, error) {
	return v2.GetActionStatusResponse_builder{Id: "1", Status: v2.BatonActionStatus_BATON_ACTION_STATUS_COMPLETE}.Build(), nil
}

// perform answers each line by id.
func perform(t *testing.T, values int, lines ...string) (map[int]performed, error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	v2.RegisterCredentialManagerServiceServer(server, &vault{values: values})
	v2.RegisterActionServiceServer(server, &vault{})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := dial(listener.Addr().String(), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	var out bytes.Buffer
	performErr := performAll(t.Context(), conn, 10*time.Second, strings.NewReader(strings.Join(lines, "\n")), &out)
	answers := map[int]performed{}
	decoder := json.NewDecoder(&out)
	for decoder.More() {
		var one performed
		if err := decoder.Decode(&one); err != nil {
			t.Fatal(err)
		}
		answers[one.ID] = one
	}
	return answers, performErr
}

const rotate = `"method":"CredentialManagerService/RotateCredential","request":{"resource_id":{"resource_type":"user","resource":"u"}}`

func TestPerformOpensWithEveryKey(t *testing.T) {
	answers, err := perform(t, 9, `{"id":7,"call":{`+rotate+`,"keys":["ed25519","p256","p384","p521","rsa","age","age-hybrid"]}}`)
	if err != nil {
		t.Fatal(err)
	}
	found := answers[7]
	if found.Code != "OK" || len(found.Opened) != 7 {
		t.Fatalf("got %+v", found)
	}
	for _, one := range found.Opened {
		if one.Text != vaultPassword || one.Name != "password" {
			t.Errorf("%s: got %+v", one.Key, one)
		}
	}
}

func TestPerformMissesAValue(t *testing.T) {
	_, err := perform(t, 1, `{"id":1,"call":{`+rotate+`,"keys":["ed25519","age"]}}`)
	if err == nil || !strings.Contains(err.Error(), "2 keys, but 1 encrypted values") {
		t.Fatalf("got %v", err)
	}
}

func TestPerformTellsCodesAndAnnotations(t *testing.T) {
	answers, err := perform(t, 1,
		`{"id":1,"call":{"method":"CredentialManagerService/RotateCredential"}}`,
		`{"id":2,"call":{"method":"c1.connector.v2.CredentialManagerService/RotateCredential","metadata":{"dry-run":"true"}}}`,
		`{"id":3,"call":{"method":"GrantManagerService/Grant"}}`)
	if err != nil {
		t.Fatal(err)
	}
	if one := answers[1]; one.Code != "InvalidArgument" || one.Message != "resource_id: missing" {
		t.Errorf("got %+v", one)
	}
	if two := answers[2]; two.Code != "OK" || len(two.Annotations) != 1 || two.Annotations[0] != "c1.connector.v2.GrantAlreadyExists" {
		t.Errorf("got %+v", two)
	}
	if three := answers[3]; three.Code != "Unimplemented" {
		t.Errorf("got %+v", three)
	}
}

func TestPerformRecordsATask(t *testing.T) {
	answers, err := perform(t, 1, `{"id":1,"task":{"kind":"invoke-action","action":"a"}}`,
		`{"id":2,"task":{"kind":"create-account","login":"l"}}`)
	if err != nil {
		t.Fatal(err)
	}
	polled := answers[1].Calls
	if answers[1].Code != "OK" || len(polled) != 2 || polled[1].Method != v2.ActionService_GetActionStatus_FullMethodName {
		t.Errorf("got %+v", answers[1])
	}
	if answers[2].Code != "Unimplemented" || len(answers[2].Calls) != 1 || answers[2].Calls[0].Code != "Unimplemented" {
		t.Errorf("got %+v", answers[2])
	}
}

func TestPerformRefusesOddInput(t *testing.T) {
	for _, line := range []string{
		`{`, `{"id":1}`, `{"id":1,"task":{"kind":"dance"}}`, `{"id":1,"call":{"method":"No/Such"}}`,
		`{"id":1,"call":{"method":"AssetService/GetAsset"}}`, `{"id":1,"call":{` + rotate + `,"keys":["rot13"]}}`,
		`{"id":1,"call":{"method":"GrantManagerService/Grant","keys":["age"]}}`,
		`{"id":1,"call":{"method":"GrantManagerService/Grant","request":{"nothing":1}}}`,
	} {
		if _, err := perform(t, 1, line); err == nil || !strings.Contains(err.Error(), "usage") {
			t.Errorf("%s: got %v", line, err)
		}
	}
}
