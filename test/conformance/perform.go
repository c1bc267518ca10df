package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/grpc-ecosystem/go-grpc-middleware/logging/zap/ctxzap"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
)

// operation is one line of input: a call of one method with a request in
// protobuf's JSON form, or one of the SDK's own tasks.
type operation struct {
	// ID comes back in the answer, so that operations may run side by side.
	ID   int   `json:"id"`
	Call *call `json:"call"`
	Task *task `json:"task"`
}

// performed is one line of output.
type performed struct {
	ID int `json:"id"`
	outcome
	// Opened are the passwords that came back, in the order of the keys.
	Opened []opened `json:"opened,omitempty"`
	// Calls are the RPCs that a task made, in order.
	Calls []recorded `json:"calls,omitempty"`
}

// outcome is how a call or a task ended.
type outcome struct {
	Code    string   `json:"code"`
	Message string   `json:"message,omitempty"`
	Details []string `json:"details,omitempty"`
	// Annotations are the message names of the reply's annotations.
	Annotations []string        `json:"annotations,omitempty"`
	Reply       json.RawMessage `json:"reply,omitempty"`
}

// runPerform carries out operations as they come on standard input and
// answers each with one line when it has ended. Operations do not wait for
// each other; a status code is an answer, not a failure of the judge.
func runPerform(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("perform", flag.ContinueOnError)
	address := fs.String("address", "", "host:port of a plaintext connector server")
	asWrapper := fs.Bool("as-wrapper", false, "ask RateLimiterService around every call")
	timeout := fs.Duration("timeout", 30*time.Second, "limit of one operation")
	verbose := fs.Bool("verbose", false, "print the SDK's whole log on stderr")
	if err := parseFlags(fs, args, stderr, "address"); err != nil {
		return err
	}
	ctx = ctxzap.ToContext(ctx, newLogger(stderr, *verbose, &warningCollector{}))
	conn, err := dial(*address, *asWrapper)
	if err != nil {
		return err
	}
	defer conn.Close()
	return performAll(ctx, conn, *timeout, os.Stdin, stdout)
}

func performAll(ctx context.Context, conn grpc.ClientConnInterface, timeout time.Duration, in io.Reader, out io.Writer) error {
	var running sync.WaitGroup
	var mu sync.Mutex
	var failures []error
	err := eachLine(in, func(op *operation) error {
		running.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, timeout)
			defer cancel()
			answer, err := op.perform(ctx, conn)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				err = writeJSON(out, answer)
			}
			if err != nil {
				failures = append(failures, fmt.Errorf("operation %d: %w", op.ID, err))
				// A client that waits for this answer must not wait for ever.
				_ = writeJSON(out, map[string]any{"id": op.ID, "failure": err.Error()})
			}
		})
		return nil
	})
	running.Wait()
	return errors.Join(append(failures, err)...)
}

func (op *operation) perform(ctx context.Context, conn grpc.ClientConnInterface) (*performed, error) {
	switch {
	case op.Call != nil && op.Task == nil:
		return op.Call.perform(ctx, conn, op.ID)
	case op.Task != nil && op.Call == nil:
		return op.Task.perform(ctx, conn, op.ID)
	default:
		return nil, fmt.Errorf("%w: give either call or task", errUsage)
	}
}

func outcomeOf(reply proto.Message, err error) (outcome, error) {
	s := status.Convert(err)
	o := outcome{Code: s.Code().String(), Message: s.Message()}
	for _, detail := range s.Proto().GetDetails() {
		o.Details = append(o.Details, string(detail.MessageName()))
	}
	if err != nil || reply == nil {
		return o, nil
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(reply)
	if err != nil {
		return o, fmt.Errorf("reply %s: %w", reply.ProtoReflect().Descriptor().FullName(), err)
	}
	o.Reply = text
	o.Annotations = annotationNames(reply.ProtoReflect())
	return o, nil
}

func annotationNames(m protoreflect.Message) []string {
	field := m.Descriptor().Fields().ByName("annotations")
	if field == nil || !field.IsList() {
		return nil
	}
	var names []string
	list := m.Get(field).List()
	for i := range list.Len() {
		if packed, ok := list.Get(i).Message().Interface().(*anypb.Any); ok {
			names = append(names, string(packed.MessageName()))
		}
	}
	return names
}
