package main

import (
	"context"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/types"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// forwarder is a connector without data of its own: it asks another one. So
// the SDK's runner works with exactly the data, answers and failures of the
// connector that it is compared with.
type forwarder struct {
	to types.ConnectorClient
}

var _ types.ConnectorServer = (*forwarder)(nil)

// GetAsset is the only stream. Neither runner calls it.
func (f *forwarder) GetAsset(*connectorv2.AssetServiceGetAssetRequest, grpc.ServerStreamingServer[connectorv2.AssetServiceGetAssetResponse]) error {
	return status.Error(codes.Unimplemented, "not forwarded")
}

func (f *forwarder) ListResourceTypes(ctx context.Context, in *connectorv2.ResourceTypesServiceListResourceTypesRequest) (*connectorv2.ResourceTypesServiceListResourceTypesResponse, error) {
	return f.to.ListResourceTypes(ctx, in)
}

func (f *forwarder) ListResources(ctx context.Context, in *connectorv2.ResourcesServiceListResourcesRequest) (*connectorv2.ResourcesServiceListResourcesResponse, error) {
	return f.to.ListResources(ctx, in)
}

func (f *forwarder) ListEntitlements(ctx context.Context, in *connectorv2.EntitlementsServiceListEntitlementsRequest) (*connectorv2.EntitlementsServiceListEntitlementsResponse, error) {
	return f.to.ListEntitlements(ctx, in)
}

func (f *forwarder) ListStaticEntitlements(ctx context.Context, in *connectorv2.EntitlementsServiceListStaticEntitlementsRequest) (*connectorv2.EntitlementsServiceListStaticEntitlementsResponse, error) {
	return f.to.ListStaticEntitlements(ctx, in)
}

func (f *forwarder) ListGrants(ctx context.Context, in *connectorv2.GrantsServiceListGrantsRequest) (*connectorv2.GrantsServiceListGrantsResponse, error) {
	return f.to.ListGrants(ctx, in)
}

func (f *forwarder) GetMetadata(ctx context.Context, in *connectorv2.ConnectorServiceGetMetadataRequest) (*connectorv2.ConnectorServiceGetMetadataResponse, error) {
	return f.to.GetMetadata(ctx, in)
}

func (f *forwarder) Validate(ctx context.Context, in *connectorv2.ConnectorServiceValidateRequest) (*connectorv2.ConnectorServiceValidateResponse, error) {
	return f.to.Validate(ctx, in)
}

func (f *forwarder) Cleanup(ctx context.Context, in *connectorv2.ConnectorServiceCleanupRequest) (*connectorv2.ConnectorServiceCleanupResponse, error) {
	return f.to.Cleanup(ctx, in)
}

func (f *forwarder) Grant(ctx context.Context, in *connectorv2.GrantManagerServiceGrantRequest) (*connectorv2.GrantManagerServiceGrantResponse, error) {
	return f.to.Grant(ctx, in)
}

func (f *forwarder) Revoke(ctx context.Context, in *connectorv2.GrantManagerServiceRevokeRequest) (*connectorv2.GrantManagerServiceRevokeResponse, error) {
	return f.to.Revoke(ctx, in)
}

func (f *forwarder) CreateResource(ctx context.Context, in *connectorv2.CreateResourceRequest) (*connectorv2.CreateResourceResponse, error) {
	return f.to.CreateResource(ctx, in)
}

func (f *forwarder) DeleteResource(ctx context.Context, in *connectorv2.DeleteResourceRequest) (*connectorv2.DeleteResourceResponse, error) {
	return f.to.DeleteResource(ctx, in)
}

func (f *forwarder) DeleteResourceV2(ctx context.Context, in *connectorv2.DeleteResourceV2Request) (*connectorv2.DeleteResourceV2Response, error) {
	return f.to.DeleteResourceV2(ctx, in)
}

func (f *forwarder) CreateAccount(ctx context.Context, in *connectorv2.CreateAccountRequest) (*connectorv2.CreateAccountResponse, error) {
	return f.to.CreateAccount(ctx, in)
}

func (f *forwarder) RotateCredential(ctx context.Context, in *connectorv2.RotateCredentialRequest) (*connectorv2.RotateCredentialResponse, error) {
	return f.to.RotateCredential(ctx, in)
}

func (f *forwarder) IssueCredential(ctx context.Context, in *connectorv2.IssueCredentialRequest) (*connectorv2.IssueCredentialResponse, error) {
	return f.to.IssueCredential(ctx, in)
}

func (f *forwarder) ListEvents(ctx context.Context, in *connectorv2.ListEventsRequest) (*connectorv2.ListEventsResponse, error) {
	return f.to.ListEvents(ctx, in)
}

func (f *forwarder) ListEventFeeds(ctx context.Context, in *connectorv2.ListEventFeedsRequest) (*connectorv2.ListEventFeedsResponse, error) {
	return f.to.ListEventFeeds(ctx, in)
}

func (f *forwarder) CreateTicket(ctx context.Context, in *connectorv2.TicketsServiceCreateTicketRequest) (*connectorv2.TicketsServiceCreateTicketResponse, error) {
	return f.to.CreateTicket(ctx, in)
}

func (f *forwarder) GetTicket(ctx context.Context, in *connectorv2.TicketsServiceGetTicketRequest) (*connectorv2.TicketsServiceGetTicketResponse, error) {
	return f.to.GetTicket(ctx, in)
}

func (f *forwarder) ListTicketSchemas(ctx context.Context, in *connectorv2.TicketsServiceListTicketSchemasRequest) (*connectorv2.TicketsServiceListTicketSchemasResponse, error) {
	return f.to.ListTicketSchemas(ctx, in)
}

func (f *forwarder) GetTicketSchema(ctx context.Context, in *connectorv2.TicketsServiceGetTicketSchemaRequest) (*connectorv2.TicketsServiceGetTicketSchemaResponse, error) {
	return f.to.GetTicketSchema(ctx, in)
}

func (f *forwarder) BulkCreateTickets(ctx context.Context, in *connectorv2.TicketsServiceBulkCreateTicketsRequest) (*connectorv2.TicketsServiceBulkCreateTicketsResponse, error) {
	return f.to.BulkCreateTickets(ctx, in)
}

func (f *forwarder) BulkGetTickets(ctx context.Context, in *connectorv2.TicketsServiceBulkGetTicketsRequest) (*connectorv2.TicketsServiceBulkGetTicketsResponse, error) {
	return f.to.BulkGetTickets(ctx, in)
}

func (f *forwarder) InvokeAction(ctx context.Context, in *connectorv2.InvokeActionRequest) (*connectorv2.InvokeActionResponse, error) {
	return f.to.InvokeAction(ctx, in)
}

func (f *forwarder) GetActionStatus(ctx context.Context, in *connectorv2.GetActionStatusRequest) (*connectorv2.GetActionStatusResponse, error) {
	return f.to.GetActionStatus(ctx, in)
}

func (f *forwarder) GetActionSchema(ctx context.Context, in *connectorv2.GetActionSchemaRequest) (*connectorv2.GetActionSchemaResponse, error) {
	return f.to.GetActionSchema(ctx, in)
}

func (f *forwarder) ListActionSchemas(ctx context.Context, in *connectorv2.ListActionSchemasRequest) (*connectorv2.ListActionSchemasResponse, error) {
	return f.to.ListActionSchemas(ctx, in)
}

func (f *forwarder) GetResource(ctx context.Context, in *connectorv2.ResourceGetterServiceGetResourceRequest) (*connectorv2.ResourceGetterServiceGetResourceResponse, error) {
	return f.to.GetResource(ctx, in)
}
