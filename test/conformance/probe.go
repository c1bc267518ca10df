package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	ratelimitv1 "github.com/conductorone/baton-sdk/pb/c1/ratelimit/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// answer is what one call brought: the status code by name, the status
// message, and a short view of the reply when there was one.
type answer struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Summary string `json:"summary"`
	// Details names the types of the status details.
	Details []string `json:"details,omitempty"`
}

// probeCall is one call of the probe. A method's plain case has no name; the
// other cases of a method are told apart by theirs.
type probeCall struct {
	method string
	name   string
	call   func(context.Context) (proto.Message, error)
}

func (c probeCall) key() string {
	if c.name == "" {
		return c.method
	}
	return c.method + "#" + c.name
}

func runProbe(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("probe", flag.ContinueOnError)
	address := fs.String("address", "", "host:port of a plaintext connector server")
	bare := fs.Bool("bare", false, "do not ask RateLimiterService around every call")
	timeout := fs.Duration("timeout", 30*time.Second, "limit of one call")
	if err := parseFlags(fs, args, stderr, "address"); err != nil {
		return err
	}
	conn, err := dial(*address, !*bare)
	if err != nil {
		return err
	}
	defer conn.Close()

	found, err := findSample(ctx, conn, *timeout)
	if err != nil {
		return err
	}
	answers := map[string]answer{}
	for _, c := range probeCalls(conn, found) {
		if _, twice := answers[c.key()]; twice {
			return fmt.Errorf("case %s is listed twice", c.key())
		}
		answers[c.key()] = ask(ctx, c, *timeout)
	}
	if missed := unprobed(answers); len(missed) > 0 {
		return fmt.Errorf("methods without a case: %s", strings.Join(missed, ", "))
	}
	return writeJSON(stdout, answers)
}

func ask(ctx context.Context, c probeCall, timeout time.Duration) answer {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := c.call(ctx)
	s := status.Convert(err)
	a := answer{Code: s.Code().String(), Message: s.Message()}
	for _, detail := range s.Proto().GetDetails() {
		a.Details = append(a.Details, string(detail.MessageName()))
	}
	if err == nil {
		a.Summary = outline(reply.ProtoReflect(), 3)
	}
	return a
}

// sample holds rows that the server really has, to make sensible requests of.
type sample struct{ user, group *connectorv2.Resource }

func findSample(ctx context.Context, conn *grpc.ClientConn, timeout time.Duration) (sample, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	user, err := firstOf(ctx, conn, "user")
	if err != nil {
		return sample{}, err
	}
	group, err := firstOf(ctx, conn, "group")
	return sample{user, group}, err
}

// firstOf returns the first resource of a type. A directory without any is an
// error: a probe with made-up rows would look the same and prove little.
func firstOf(ctx context.Context, conn *grpc.ClientConn, resourceType string) (*connectorv2.Resource, error) {
	client := connectorv2.NewResourcesServiceClient(conn)
	for token := ""; ; {
		page, err := client.ListResources(ctx, connectorv2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: resourceType, PageToken: token}.Build())
		if err != nil {
			return nil, fmt.Errorf("find a %s to probe with: %w", resourceType, err)
		}
		if rows := page.GetList(); len(rows) > 0 {
			return rows[0], nil
		}
		if token = page.GetNextPageToken(); token == "" {
			return nil, fmt.Errorf("find a %s to probe with: the server has none", resourceType)
		}
	}
}

// unprobed names the methods of the connector and rate limiter services that
// no case calls. SchemaService is served by no connector process.
func unprobed(answers map[string]answer) []string {
	called := map[string]bool{}
	for key := range answers {
		method, _, _ := strings.Cut(key, "#")
		called[method] = true
	}
	var missed []string
	for _, pkg := range []protoreflect.FullName{connectorPackage, rateLimitPackage} {
		protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(file protoreflect.FileDescriptor) bool {
			services := file.Services()
			for i := range services.Len() {
				service := services.Get(i)
				if service.FullName() == schemaService {
					continue
				}
				for m := range service.Methods().Len() {
					name := fmt.Sprintf("%s/%s", service.FullName(), service.Methods().Get(m).Name())
					if !called[name] {
						missed = append(missed, name)
					}
				}
			}
			return true
		})
	}
	slices.Sort(missed)
	return missed
}

const (
	connectorPackage protoreflect.FullName = "c1.connector.v2"
	rateLimitPackage protoreflect.FullName = "c1.ratelimit.v1"
	schemaService    protoreflect.FullName = "c1.connector.v2.SchemaService"
)

// outline shows which fields are set: values of short scalars, lengths of
// lists, and messages down to depth.
func outline(m protoreflect.Message, depth int) string {
	shown := map[protoreflect.FieldNumber]string{}
	m.Range(func(fd protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		name := string(fd.Name())
		switch {
		case fd.IsList():
			shown[fd.Number()] = fmt.Sprintf("%s×%d", name, value.List().Len())
		case fd.IsMap():
			shown[fd.Number()] = fmt.Sprintf("%s×%d", name, value.Map().Len())
		case fd.Message() != nil && depth > 1:
			shown[fd.Number()] = fmt.Sprintf("%s{%s}", name, outline(value.Message(), depth-1))
		case fd.Message() != nil:
			shown[fd.Number()] = name + "{…}"
		default:
			shown[fd.Number()] = fmt.Sprintf("%s=%.80s", name, showValue(fd, value))
		}
		return true
	})
	parts := []string{}
	for _, number := range slices.Sorted(maps.Keys(shown)) {
		parts = append(parts, shown[number])
	}
	return strings.Join(parts, " ")
}

// unary binds a generated client method to its request.
func unary[Q, R proto.Message](method func(context.Context, Q, ...grpc.CallOption) (R, error), request Q) func(context.Context) (proto.Message, error) {
	return func(ctx context.Context) (proto.Message, error) {
		reply, err := method(ctx, request)
		if err != nil {
			return nil, err
		}
		return reply, nil
	}
}

// drained reads a whole asset stream and returns its last message.
func drained(client connectorv2.AssetServiceClient, request *connectorv2.AssetServiceGetAssetRequest) func(context.Context) (proto.Message, error) {
	return func(ctx context.Context) (proto.Message, error) {
		stream, err := client.GetAsset(ctx, request)
		if err != nil {
			return nil, err
		}
		last := &connectorv2.AssetServiceGetAssetResponse{}
		for {
			message, err := stream.Recv()
			if errors.Is(err, io.EOF) {
				return last, nil
			}
			if err != nil {
				return nil, err
			}
			last = message
		}
	}
}

func rateLimiterCalls(conn *grpc.ClientConn) []probeCall {
	client := ratelimitv1.NewRateLimiterServiceClient(conn)
	descriptors := ratelimitv1.RateLimitDescriptors_builder{Entries: []*ratelimitv1.RateLimitDescriptors_Entry{
		ratelimitv1.RateLimitDescriptors_Entry_builder{Key: "connector_method", Value: "probe"}.Build(),
	}}.Build()
	// A turn for a call to AWS that somebody else makes.
	operation := ratelimitv1.RateLimitDescriptors_builder{Entries: []*ratelimitv1.RateLimitDescriptors_Entry{
		ratelimitv1.RateLimitDescriptors_Entry_builder{Key: "aws_operation", Value: "ListUsers"}.Build(),
	}}.Build()
	none := &ratelimitv1.RateLimitDescriptors{}
	const service = "c1.ratelimit.v1.RateLimiterService/"
	return []probeCall{
		{service + "Do", "", unary(client.Do, ratelimitv1.DoRequest_builder{Service: "connector", Descriptors: descriptors}.Build())},
		{service + "Do", "aws-operation", unary(client.Do, ratelimitv1.DoRequest_builder{Service: "connector", Descriptors: operation}.Build())},
		{service + "Do", "no-entries", unary(client.Do, ratelimitv1.DoRequest_builder{Service: "connector", Descriptors: none}.Build())},
		{service + "Report", "", unary(client.Report, ratelimitv1.ReportRequest_builder{
			Service: "connector", Descriptors: descriptors,
			Description: ratelimitv1.RateLimitDescription_builder{Status: ratelimitv1.RateLimitDescription_STATUS_OK}.Build(),
		}.Build())},
		{service + "Report", "no-entries", unary(client.Report, ratelimitv1.ReportRequest_builder{Service: "connector", Descriptors: none}.Build())},
	}
}
