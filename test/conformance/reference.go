package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	ratelimitv1 "github.com/conductorone/baton-sdk/pb/c1/ratelimit/v1"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/ratelimit"
	"github.com/conductorone/baton-sdk/pkg/types"
	"github.com/conductorone/baton-sdk/pkg/ugrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func runReference(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("reference", flag.ContinueOnError)
	listen := fs.String("listen", "127.0.0.1:0", "address to listen on, plaintext")
	users := fs.Int("users", 5, "number of users")
	groups := fs.Int("groups", 3, "number of groups")
	pageSize := fs.Int("page-size", 2, "rows on one page when the caller names no size")
	provisioning := fs.Bool("provisioning", false, "serve changes too")
	feed := fs.Bool("feed", false, "serve a feed of events too")
	if err := parseFlags(fs, args, stderr, "listen"); err != nil {
		return err
	}
	if *users < 0 || *groups < 0 || *pageSize < 1 {
		return fmt.Errorf("%w: --users and --groups must not be negative, --page-size must be positive", errUsage)
	}
	connector := &referenceConnector{users: *users, groups: *groups, pageSize: *pageSize, feed: *feed}
	serve := func() (*grpc.Server, error) { return newReferenceServer(ctx, connector) }
	if *provisioning {
		serve = func() (*grpc.Server, error) { return newWritingServer(ctx, newWritingReference(connector)) }
	}
	server, err := serve()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		return err
	}
	go func() {
		<-ctx.Done()
		server.Stop()
	}()
	if err := writeJSON(stdout, map[string]string{"address": listener.Addr().String()}); err != nil {
		server.Stop()
		return err
	}
	if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// newReferenceServer registers what the SDK's connector process registers
// when it runs without --provisioning and without --ticketing, behind the
// SDK's own interceptors. The SDK keeps its two stub services internal, so
// they are restated below. Interceptors in extra run after the SDK's.
func newReferenceServer(ctx context.Context, connector *referenceConnector, extra ...grpc.UnaryServerInterceptor) (*grpc.Server, error) {
	built, err := connectorbuilder.NewConnector(ctx, connector)
	if err != nil {
		return nil, err
	}
	server, err := newBareServer(ctx, extra...)
	if err != nil {
		return nil, err
	}
	registerReadSide(server, built)
	registerWriteSide(server)
	return server, nil
}

// newBareServer has what the SDK's process serves with any flags.
func newBareServer(ctx context.Context, extra ...grpc.UnaryServerInterceptor) (*grpc.Server, error) {
	limiter, err := ratelimit.NewLimiter(ctx, time.Now, nil)
	if err != nil {
		return nil, err
	}
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(ugrpc.UnaryServerInterceptor(ctx, extra...)...),
		grpc.ChainStreamInterceptor(ugrpc.StreamServerInterceptors(ctx)...),
	)
	connectorv2.RegisterTicketsServiceServer(server, ticketsOff{})
	ratelimitv1.RegisterRateLimiterServiceServer(server, limiter)
	return server, nil
}

func registerReadSide(server grpc.ServiceRegistrar, built types.ConnectorServer) {
	connectorv2.RegisterConnectorServiceServer(server, built)
	connectorv2.RegisterResourceTypesServiceServer(server, built)
	connectorv2.RegisterResourcesServiceServer(server, built)
	connectorv2.RegisterResourceGetterServiceServer(server, built)
	connectorv2.RegisterEntitlementsServiceServer(server, built)
	connectorv2.RegisterGrantsServiceServer(server, built)
	connectorv2.RegisterAssetServiceServer(server, built)
	connectorv2.RegisterEventServiceServer(server, built)
	connectorv2.RegisterActionServiceServer(server, built)
}

func registerWriteSide(server grpc.ServiceRegistrar) {
	connectorv2.RegisterGrantManagerServiceServer(server, provisioningOff{})
	connectorv2.RegisterResourceManagerServiceServer(server, provisioningOff{})
	connectorv2.RegisterResourceDeleterServiceServer(server, provisioningOff{})
	connectorv2.RegisterAccountManagerServiceServer(server, provisioningOff{})
	connectorv2.RegisterCredentialManagerServiceServer(server, provisioningOff{})
}

// provisioningOff answers every write with the status that the SDK's process
// gives when it was started without --provisioning.
type provisioningOff struct{}

func errProvisioningOff() error {
	return status.Error(codes.FailedPrecondition, "provisioning is not enabled")
}

func (provisioningOff) Grant(context.Context, *connectorv2.GrantManagerServiceGrantRequest) (*connectorv2.GrantManagerServiceGrantResponse, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) Revoke(context.Context, *connectorv2.GrantManagerServiceRevokeRequest) (*connectorv2.GrantManagerServiceRevokeResponse, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) CreateResource(context.Context, *connectorv2.CreateResourceRequest) (*connectorv2.CreateResourceResponse, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) DeleteResource(context.Context, *connectorv2.DeleteResourceRequest) (*connectorv2.DeleteResourceResponse, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) DeleteResourceV2(context.Context, *connectorv2.DeleteResourceV2Request) (*connectorv2.DeleteResourceV2Response, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) CreateAccount(context.Context, *connectorv2.CreateAccountRequest) (*connectorv2.CreateAccountResponse, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) RotateCredential(context.Context, *connectorv2.RotateCredentialRequest) (*connectorv2.RotateCredentialResponse, error) {
	return nil, errProvisioningOff()
}

func (provisioningOff) IssueCredential(context.Context, *connectorv2.IssueCredentialRequest) (*connectorv2.IssueCredentialResponse, error) {
	return nil, errProvisioningOff()
}

// ticketsOff answers with an error that carries no status, which a client
// sees as Unknown: the SDK does so when it was started without --ticketing.
type ticketsOff struct{}

var errTicketsOff = errors.New("ticketing is not enabled")

func (ticketsOff) CreateTicket(context.Context, *connectorv2.TicketsServiceCreateTicketRequest) (*connectorv2.TicketsServiceCreateTicketResponse, error) {
	return nil, errTicketsOff
}

func (ticketsOff) GetTicket(context.Context, *connectorv2.TicketsServiceGetTicketRequest) (*connectorv2.TicketsServiceGetTicketResponse, error) {
	return nil, errTicketsOff
}

func (ticketsOff) ListTicketSchemas(context.Context, *connectorv2.TicketsServiceListTicketSchemasRequest) (*connectorv2.TicketsServiceListTicketSchemasResponse, error) {
	return nil, errTicketsOff
}

func (ticketsOff) GetTicketSchema(context.Context, *connectorv2.TicketsServiceGetTicketSchemaRequest) (*connectorv2.TicketsServiceGetTicketSchemaResponse, error) {
	return nil, errTicketsOff
}

func (ticketsOff) BulkCreateTickets(context.Context, *connectorv2.TicketsServiceBulkCreateTicketsRequest) (*connectorv2.TicketsServiceBulkCreateTicketsResponse, error) {
	return nil, errTicketsOff
}

func (ticketsOff) BulkGetTickets(context.Context, *connectorv2.TicketsServiceBulkGetTicketsRequest) (*connectorv2.TicketsServiceBulkGetTicketsResponse, error) {
	return nil, errTicketsOff
}
