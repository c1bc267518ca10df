package main

import (
	"slices"
	"strings"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	unknown = "no-such-thing"
	// tooMany is one more than the largest page that the wire allows.
	tooMany      = 251
	tooManyEvent = 1001
)

func probeCalls(conn *grpc.ClientConn, s sample) []probeCall {
	return slices.Concat(
		connectorCalls(conn), listCalls(conn, s), detailCalls(conn, s), eventAndActionCalls(conn),
		ticketCalls(conn), writeCalls(conn, s), accountCalls(conn, s), rateLimiterCalls(conn),
	)
}

func id(resourceType, resource string) *v2.ResourceId {
	return v2.ResourceId_builder{ResourceType: resourceType, Resource: resource}.Build()
}

func stub(resourceType, resource string) *v2.Resource {
	return v2.Resource_builder{Id: id(resourceType, resource)}.Build()
}

func marker(m proto.Message) []*anypb.Any {
	packed, err := anypb.New(m)
	if err != nil {
		panic(err) // an empty generated message always packs
	}
	return []*anypb.Any{packed}
}

func connectorCalls(conn *grpc.ClientConn) []probeCall {
	connector := v2.NewConnectorServiceClient(conn)
	types := v2.NewResourceTypesServiceClient(conn)
	assets := v2.NewAssetServiceClient(conn)
	const service = "c1.connector.v2.ConnectorService/"
	const listTypes = "c1.connector.v2.ResourceTypesService/ListResourceTypes"
	const getAsset = "c1.connector.v2.AssetService/GetAsset"
	return []probeCall{
		{service + "GetMetadata", "", unary(connector.GetMetadata, &v2.ConnectorServiceGetMetadataRequest{})},
		{service + "Validate", "", unary(connector.Validate, &v2.ConnectorServiceValidateRequest{})},
		{service + "Cleanup", "", unary(connector.Cleanup, &v2.ConnectorServiceCleanupRequest{})},
		{service + "Cleanup", "sync-id", unary(connector.Cleanup, v2.ConnectorServiceCleanupRequest_builder{ActiveSyncId: "3MPwG5jBhGz0Um0Or0AHkRutjBs"}.Build())},
		{service + "Cleanup", "long-sync-id", unary(connector.Cleanup, v2.ConnectorServiceCleanupRequest_builder{ActiveSyncId: strings.Repeat("x", 1025)}.Build())},
		{listTypes, "", unary(types.ListResourceTypes, &v2.ResourceTypesServiceListResourceTypesRequest{})},
		{listTypes, "page-too-large", unary(types.ListResourceTypes, v2.ResourceTypesServiceListResourceTypesRequest_builder{PageSize: tooMany}.Build())},
		{getAsset, "", drained(assets, v2.AssetServiceGetAssetRequest_builder{Asset: v2.AssetRef_builder{Id: unknown}.Build()}.Build())},
		{getAsset, "no-asset", drained(assets, &v2.AssetServiceGetAssetRequest{})},
		{getAsset, "empty-id", drained(assets, v2.AssetServiceGetAssetRequest_builder{Asset: &v2.AssetRef{}}.Build())},
	}
}

func listCalls(conn *grpc.ClientConn, s sample) []probeCall {
	resources := v2.NewResourcesServiceClient(conn)
	getter := v2.NewResourceGetterServiceClient(conn)
	const list = "c1.connector.v2.ResourcesService/ListResources"
	const get = "c1.connector.v2.ResourceGetterService/GetResource"
	listed := func(name string, request v2.ResourcesServiceListResourcesRequest_builder) probeCall {
		return probeCall{list, name, unary(resources.ListResources, request.Build())}
	}
	got := func(name string, resource *v2.ResourceId) probeCall {
		return probeCall{get, name, unary(getter.GetResource, v2.ResourceGetterServiceGetResourceRequest_builder{ResourceId: resource}.Build())}
	}
	return []probeCall{
		listed("", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: "user"}),
		listed("group", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: "group"}),
		listed("one-row", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: "user", PageSize: 1}),
		listed("largest-page", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: "user", PageSize: tooMany - 1}),
		listed("page-too-large", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: "user", PageSize: tooMany}),
		listed("unknown-type", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: unknown}),
		listed("no-type", v2.ResourcesServiceListResourcesRequest_builder{}),
		listed("foreign-token", v2.ResourcesServiceListResourcesRequest_builder{ResourceTypeId: "user", PageToken: "not a token of yours"}),
		got("", s.user.GetId()),
		got("group", s.group.GetId()),
		got("missing-user", id("user", "00000000-0000-4000-8000-ffffffffffff")),
		got("missing-group", id("group", unknown)),
		got("unknown-type", id(unknown, "x")),
		got("no-id", nil),
		got("empty-id", &v2.ResourceId{}),
	}
}

func detailCalls(conn *grpc.ClientConn, s sample) []probeCall {
	entitlements := v2.NewEntitlementsServiceClient(conn)
	grants := v2.NewGrantsServiceClient(conn)
	const listEntitlements = "c1.connector.v2.EntitlementsService/ListEntitlements"
	const listStatic = "c1.connector.v2.EntitlementsService/ListStaticEntitlements"
	const listGrants = "c1.connector.v2.GrantsService/ListGrants"
	entitled := func(name string, request v2.EntitlementsServiceListEntitlementsRequest_builder) probeCall {
		return probeCall{listEntitlements, name, unary(entitlements.ListEntitlements, request.Build())}
	}
	static := func(name, resourceType string) probeCall {
		return probeCall{listStatic, name, unary(entitlements.ListStaticEntitlements, v2.EntitlementsServiceListStaticEntitlementsRequest_builder{ResourceTypeId: resourceType}.Build())}
	}
	granted := func(name string, request v2.GrantsServiceListGrantsRequest_builder) probeCall {
		return probeCall{listGrants, name, unary(grants.ListGrants, request.Build())}
	}
	return []probeCall{
		entitled("", v2.EntitlementsServiceListEntitlementsRequest_builder{Resource: s.group}),
		entitled("user", v2.EntitlementsServiceListEntitlementsRequest_builder{Resource: s.user}),
		entitled("page-too-large", v2.EntitlementsServiceListEntitlementsRequest_builder{Resource: s.group, PageSize: tooMany}),
		entitled("unknown-type", v2.EntitlementsServiceListEntitlementsRequest_builder{Resource: stub(unknown, "x")}),
		entitled("no-resource", v2.EntitlementsServiceListEntitlementsRequest_builder{}),
		entitled("type-scoped", v2.EntitlementsServiceListEntitlementsRequest_builder{Resource: stub("group", "group"), Annotations: marker(&v2.TypeScopedEntitlements{})}),
		static("", "group"),
		static("user", "user"),
		static("unknown-type", unknown),
		static("no-type", ""),
		granted("", v2.GrantsServiceListGrantsRequest_builder{Resource: s.group}),
		granted("user", v2.GrantsServiceListGrantsRequest_builder{Resource: s.user}),
		granted("one-row", v2.GrantsServiceListGrantsRequest_builder{Resource: s.group, PageSize: 1}),
		granted("page-too-large", v2.GrantsServiceListGrantsRequest_builder{Resource: s.group, PageSize: tooMany}),
		granted("unknown-type", v2.GrantsServiceListGrantsRequest_builder{Resource: stub(unknown, "x")}),
		granted("no-resource", v2.GrantsServiceListGrantsRequest_builder{}),
		granted("foreign-token", v2.GrantsServiceListGrantsRequest_builder{Resource: s.group, PageToken: "not a token of yours"}),
		granted("type-scoped", v2.GrantsServiceListGrantsRequest_builder{Resource: stub("group", "group"), Annotations: marker(&v2.TypeScopedGrants{})}),
	}
}

func eventAndActionCalls(conn *grpc.ClientConn) []probeCall {
	events := v2.NewEventServiceClient(conn)
	actions := v2.NewActionServiceClient(conn)
	const event = "c1.connector.v2.EventService/"
	const action = "c1.connector.v2.ActionService/"
	return []probeCall{
		{event + "ListEventFeeds", "", unary(events.ListEventFeeds, &v2.ListEventFeedsRequest{})},
		{event + "ListEvents", "", unary(events.ListEvents, &v2.ListEventsRequest{})},
		{event + "ListEvents", "unknown-feed", unary(events.ListEvents, v2.ListEventsRequest_builder{EventFeedId: unknown}.Build())},
		{event + "ListEvents", "foreign-cursor", unary(events.ListEvents, v2.ListEventsRequest_builder{Cursor: "not a cursor of yours"}.Build())},
		{event + "ListEvents", "page-too-large", unary(events.ListEvents, v2.ListEventsRequest_builder{PageSize: tooManyEvent}.Build())},
		{action + "ListActionSchemas", "", unary(actions.ListActionSchemas, &v2.ListActionSchemasRequest{})},
		{action + "ListActionSchemas", "user", unary(actions.ListActionSchemas, v2.ListActionSchemasRequest_builder{ResourceTypeId: "user"}.Build())},
		{action + "ListActionSchemas", "unknown-type", unary(actions.ListActionSchemas, v2.ListActionSchemasRequest_builder{ResourceTypeId: unknown}.Build())},
		{action + "GetActionSchema", "", unary(actions.GetActionSchema, v2.GetActionSchemaRequest_builder{Name: unknown}.Build())},
		{action + "InvokeAction", "", unary(actions.InvokeAction, v2.InvokeActionRequest_builder{Name: unknown}.Build())},
		{action + "InvokeAction", "of-type", unary(actions.InvokeAction, v2.InvokeActionRequest_builder{Name: unknown, ResourceTypeId: "user"}.Build())},
		{action + "InvokeAction", "unknown-type", unary(actions.InvokeAction, v2.InvokeActionRequest_builder{Name: unknown, ResourceTypeId: unknown}.Build())},
		{action + "GetActionStatus", "", unary(actions.GetActionStatus, v2.GetActionStatusRequest_builder{Id: unknown}.Build())},
		{action + "GetActionStatus", "no-id", unary(actions.GetActionStatus, &v2.GetActionStatusRequest{})},
	}
}

func ticketCalls(conn *grpc.ClientConn) []probeCall {
	tickets := v2.NewTicketsServiceClient(conn)
	const service = "c1.connector.v2.TicketsService/"
	return []probeCall{
		{service + "CreateTicket", "", unary(tickets.CreateTicket, &v2.TicketsServiceCreateTicketRequest{})},
		{service + "GetTicket", "", unary(tickets.GetTicket, v2.TicketsServiceGetTicketRequest_builder{Id: unknown}.Build())},
		{service + "ListTicketSchemas", "", unary(tickets.ListTicketSchemas, &v2.TicketsServiceListTicketSchemasRequest{})},
		{service + "GetTicketSchema", "", unary(tickets.GetTicketSchema, v2.TicketsServiceGetTicketSchemaRequest_builder{Id: unknown}.Build())},
		{service + "BulkCreateTickets", "", unary(tickets.BulkCreateTickets, &v2.TicketsServiceBulkCreateTicketsRequest{})},
		{service + "BulkGetTickets", "", unary(tickets.BulkGetTickets, &v2.TicketsServiceBulkGetTicketsRequest{})},
	}
}

func writeCalls(conn *grpc.ClientConn, s sample) []probeCall {
	manager := v2.NewGrantManagerServiceClient(conn)
	resources := v2.NewResourceManagerServiceClient(conn)
	deleter := v2.NewResourceDeleterServiceClient(conn)
	const grants = "c1.connector.v2.GrantManagerService/"
	const resource = "c1.connector.v2.ResourceManagerService/"
	const deleteV2 = "c1.connector.v2.ResourceDeleterService/DeleteResourceV2"
	// Nothing below names a real row in a way that could change it: the
	// entitlement, the principal and the rows to delete do not exist.
	entitlement := v2.Entitlement_builder{Id: "group:" + unknown + ":member", Slug: "member", Resource: stub("group", unknown)}.Build()
	principal := stub("user", "00000000-0000-4000-8000-ffffffffffff")
	grant := v2.Grant_builder{Id: unknown, Entitlement: entitlement, Principal: principal}.Build()
	return []probeCall{
		{grants + "Grant", "", unary(manager.Grant, v2.GrantManagerServiceGrantRequest_builder{Entitlement: entitlement, Principal: principal}.Build())},
		{grants + "Grant", "no-principal", unary(manager.Grant, v2.GrantManagerServiceGrantRequest_builder{Entitlement: entitlement}.Build())},
		{grants + "Grant", "no-entitlement-id", unary(manager.Grant, v2.GrantManagerServiceGrantRequest_builder{Entitlement: v2.Entitlement_builder{Resource: s.group}.Build(), Principal: principal}.Build())},
		{grants + "Revoke", "", unary(manager.Revoke, v2.GrantManagerServiceRevokeRequest_builder{Grant: grant}.Build())},
		{grants + "Revoke", "no-grant", unary(manager.Revoke, &v2.GrantManagerServiceRevokeRequest{})},
		{grants + "Revoke", "no-principal", unary(manager.Revoke, v2.GrantManagerServiceRevokeRequest_builder{Grant: v2.Grant_builder{Id: unknown, Entitlement: entitlement}.Build()}.Build())},
		{resource + "CreateResource", "", unary(resources.CreateResource, v2.CreateResourceRequest_builder{Resource: stub(unknown, unknown)}.Build())},
		{resource + "CreateResource", "long-name", unary(resources.CreateResource, v2.CreateResourceRequest_builder{Resource: v2.Resource_builder{Id: id("group", unknown), DisplayName: strings.Repeat("x", 1025)}.Build()}.Build())},
		{resource + "DeleteResource", "", unary(resources.DeleteResource, v2.DeleteResourceRequest_builder{ResourceId: id("group", unknown)}.Build())},
		{resource + "DeleteResource", "empty-id", unary(resources.DeleteResource, v2.DeleteResourceRequest_builder{ResourceId: &v2.ResourceId{}}.Build())},
		{deleteV2, "", unary(deleter.DeleteResourceV2, v2.DeleteResourceV2Request_builder{ResourceId: id("group", unknown)}.Build())},
		{deleteV2, "empty-id", unary(deleter.DeleteResourceV2, v2.DeleteResourceV2Request_builder{ResourceId: &v2.ResourceId{}}.Build())},
	}
}

func accountCalls(conn *grpc.ClientConn, s sample) []probeCall {
	accounts := v2.NewAccountManagerServiceClient(conn)
	credentials := v2.NewCredentialManagerServiceClient(conn)
	const account = "c1.connector.v2.AccountManagerService/CreateAccount"
	const credential = "c1.connector.v2.CredentialManagerService/"
	mail := func(address string) *v2.AccountInfo {
		return v2.AccountInfo_builder{
			Login:  "probe",
			Emails: []*v2.AccountInfo_Email{v2.AccountInfo_Email_builder{Address: address, IsPrimary: true}.Build()},
		}.Build()
	}
	random := func(length int64) *v2.CredentialOptions {
		return v2.CredentialOptions_builder{RandomPassword: v2.CredentialOptions_RandomPassword_builder{Length: length}.Build()}.Build()
	}
	nobody := id("user", "00000000-0000-4000-8000-ffffffffffff")
	return []probeCall{
		// An unknown type keeps a server with provisioning from making an account.
		{account, "", unary(accounts.CreateAccount, v2.CreateAccountRequest_builder{AccountInfo: mail("probe@example.com"), CredentialOptions: random(20), ResourceTypeId: unknown}.Build())},
		{account, "bad-email", unary(accounts.CreateAccount, v2.CreateAccountRequest_builder{AccountInfo: mail("no address"), CredentialOptions: random(20)}.Build())},
		{account, "short-password", unary(accounts.CreateAccount, v2.CreateAccountRequest_builder{AccountInfo: mail("probe@example.com"), CredentialOptions: random(7)}.Build())},
		{credential + "RotateCredential", "", unary(credentials.RotateCredential, v2.RotateCredentialRequest_builder{ResourceId: nobody, CredentialOptions: random(20)}.Build())},
		{credential + "RotateCredential", "long-password", unary(credentials.RotateCredential, v2.RotateCredentialRequest_builder{ResourceId: nobody, CredentialOptions: random(65)}.Build())},
		{credential + "IssueCredential", "", unary(credentials.IssueCredential, v2.IssueCredentialRequest_builder{IdentityId: nobody, RequestId: "probe-1"}.Build())},
		{credential + "IssueCredential", "no-request-id", unary(credentials.IssueCredential, v2.IssueCredentialRequest_builder{IdentityId: s.user.GetId()}.Build())},
	}
}
