package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/tasks"
	"github.com/conductorone/baton-sdk/pkg/tasks/local"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// task is a one-shot operation as every connector built on the SDK has them
// on its command line, done by the SDK's own code.
type task struct {
	Kind string `json:"kind"`
	// File is the c1z in which grant and revoke look things up.
	File          string         `json:"file"`
	Entitlement   string         `json:"entitlement"`
	PrincipalType string         `json:"principalType"`
	Principal     string         `json:"principal"`
	Grant         string         `json:"grant"`
	Login         string         `json:"login"`
	Email         string         `json:"email"`
	Profile       map[string]any `json:"profile"`
	ResourceType  string         `json:"resourceType"`
	Resource      string         `json:"resource"`
	Action        string         `json:"action"`
	Args          map[string]any `json:"args"`
}

// recorded is one RPC of a task: the SDK's tasks keep no reply.
type recorded struct {
	Method string `json:"method"`
	outcome
}

func (t *task) perform(ctx context.Context, conn grpc.ClientConnInterface, id int) (*performed, error) {
	manager, err := t.manager(ctx)
	if err != nil {
		return nil, err
	}
	recorder := &recorder{conn: conn}
	next, _, err := manager.Next(ctx)
	if err != nil {
		return nil, err
	}
	taskErr := manager.Process(ctx, next, connectorclient.NewConnectorClient(ctx, recorder))
	answer := &performed{ID: id, Calls: recorder.calls}
	answer.outcome, err = outcomeOf(nil, taskErr)
	return answer, errors.Join(append(recorder.failures, err)...)
}

func (t *task) manager(ctx context.Context) (tasks.Manager, error) {
	profile, err := structOf(t.Profile)
	if err != nil {
		return nil, fmt.Errorf("%w: profile: %v", errUsage, err)
	}
	args, err := structOf(t.Args)
	if err != nil {
		return nil, fmt.Errorf("%w: args: %v", errUsage, err)
	}
	switch t.Kind {
	case "grant":
		return local.NewGranter(ctx, t.File, t.Entitlement, t.Principal, t.PrincipalType), nil
	case "revoke":
		return local.NewRevoker(ctx, t.File, t.Grant), nil
	case "create-account":
		return local.NewCreateAccountManager(ctx, t.File, t.Login, t.Email, profile, t.ResourceType), nil
	case "delete":
		return local.NewResourceDeleter(ctx, t.File, t.Resource, t.ResourceType), nil
	case "rotate":
		return local.NewCredentialRotator(ctx, t.File, t.Resource, t.ResourceType), nil
	case "invoke-action":
		return local.NewActionInvoker(ctx, t.File, t.Action, t.ResourceType, args), nil
	case "list-actions":
		return local.NewListActionSchemas(ctx, t.ResourceType), nil
	default:
		return nil, fmt.Errorf("%w: unknown task %q", errUsage, t.Kind)
	}
}

// structOf keeps a missing object missing.
func structOf(fields map[string]any) (*structpb.Struct, error) {
	if fields == nil {
		return nil, nil
	}
	return structpb.NewStruct(fields)
}

// recorder is a connection that keeps how each call ended.
type recorder struct {
	conn     grpc.ClientConnInterface
	mu       sync.Mutex
	calls    []recorded
	failures []error
}

func (r *recorder) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	callErr := r.conn.Invoke(ctx, method, args, reply, opts...)
	message, _ := reply.(proto.Message)
	ended, err := outcomeOf(message, callErr)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, recorded{method, ended})
	if err != nil {
		r.failures = append(r.failures, err)
	}
	return callErr
}

func (r *recorder) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return r.conn.NewStream(ctx, desc, method, opts...)
}
