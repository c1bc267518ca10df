package main

import (
	"context"
	"sync"

	configv1 "github.com/conductorone/baton-sdk/pb/c1/config/v1"
	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/actions"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/crypto"
	"github.com/conductorone/baton-sdk/pkg/types/grant"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// writingReference is the reference with everything that a connector of the
// SDK may change. It shows how the SDK
// changes requests before, and answers after, a connector's own code;
// therefore deletions delete nothing.
type writingReference struct {
	*referenceConnector
	mu      sync.Mutex
	members map[[2]string]bool
	made    map[string]bool
}

var (
	_ connectorbuilder.ConnectorBuilderV2       = (*writingReference)(nil)
	_ connectorbuilder.GlobalActionProvider     = (*writingReference)(nil)
	_ connectorbuilder.AccountManagerV2         = (*writingUsers)(nil)
	_ connectorbuilder.CredentialManagerLimited = (*writingUsers)(nil)
	_ connectorbuilder.ResourceDeleterV2        = (*writingUsers)(nil)
	_ connectorbuilder.ResourceProvisionerV2    = (*writingGroups)(nil)
	_ connectorbuilder.ResourceManagerV2        = (*writingGroups)(nil)
)

func newWritingReference(c *referenceConnector) *writingReference {
	return &writingReference{referenceConnector: c, members: map[[2]string]bool{}, made: map[string]bool{}}
}

func (w *writingReference) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncerV2 {
	return []connectorbuilder.ResourceSyncerV2{
		&writingUsers{userSyncer{w.referenceConnector}, w},
		&writingGroups{groupSyncer{w.referenceConnector}, w},
	}
}

// set sets the flag of the name, and reports whether that changed it.
func set[K comparable](w *writingReference, flags map[K]bool, name K, value bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed := flags[name] != value
	flags[name] = value
	return changed
}

func (w *writingReference) GlobalActions(ctx context.Context, registry actions.ActionRegistry) error {
	schema := connectorv2.BatonActionSchema_builder{
		Name:       "enable_user",
		ActionType: []connectorv2.ActionType{connectorv2.ActionType_ACTION_TYPE_ACCOUNT, connectorv2.ActionType_ACTION_TYPE_ACCOUNT_ENABLE},
		Arguments: []*configv1.Field{configv1.Field_builder{
			Name: "user_id", IsRequired: true, StringField: &configv1.StringField{},
		}.Build()},
		ReturnTypes: []*configv1.Field{configv1.Field_builder{Name: "success", BoolField: &configv1.BoolField{}}.Build()},
	}.Build()
	return registry.Register(ctx, schema, func(ctx context.Context, args *structpb.Struct) (*structpb.Struct, annotations.Annotations, error) {
		user := args.GetFields()["user_id"].GetStringValue()
		if _, _, err := (&userSyncer{w.referenceConnector}).Get(ctx, id("user", user), nil); err != nil {
			return nil, nil, err
		}
		answer, err := structpb.NewStruct(map[string]any{"success": true})
		return answer, nil, err
	})
}

type writingUsers struct {
	userSyncer
	w *writingReference
}

func (u *writingUsers) CreateAccount(_ context.Context, info *connectorv2.AccountInfo, options *connectorv2.LocalCredentialOptions) (connectorbuilder.CreateAccountResponse, []*connectorv2.PlaintextData, annotations.Annotations, error) {
	if info.GetLogin() == "" {
		return nil, nil, nil, status.Error(codes.InvalidArgument, "login: missing")
	}
	made, err := resource.NewUserResource(info.GetLogin(), userType, info.GetLogin(), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	if !set(u.w, u.w.made, info.GetLogin(), true) {
		return connectorv2.CreateAccountResponse_AlreadyExistsResult_builder{Resource: made, IsCreateAccountResult: true}.Build(), nil, nil, nil
	}
	plain, err := plaintexts(options)
	if err != nil {
		return nil, nil, nil, err
	}
	return connectorv2.CreateAccountResponse_SuccessResult_builder{Resource: made, IsCreateAccountResult: true}.Build(), plain, nil, nil
}

func (u *writingUsers) CreateAccountCapabilityDetails(context.Context) (*connectorv2.CredentialDetailsAccountProvisioning, annotations.Annotations, error) {
	return connectorv2.CredentialDetailsAccountProvisioning_builder{
		SupportedCredentialOptions: []connectorv2.CapabilityDetailCredentialOption{connectorv2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD},
		PreferredCredentialOption:  connectorv2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD,
	}.Build(), nil, nil
}

func (u *writingUsers) Rotate(ctx context.Context, id *connectorv2.ResourceId, options *connectorv2.LocalCredentialOptions) ([]*connectorv2.PlaintextData, annotations.Annotations, error) {
	if _, _, err := u.Get(ctx, id, nil); err != nil {
		return nil, nil, err
	}
	plain, err := plaintexts(options)
	return plain, nil, err
}

func (u *writingUsers) RotateCapabilityDetails(context.Context) (*connectorv2.CredentialDetailsCredentialRotation, annotations.Annotations, error) {
	return connectorv2.CredentialDetailsCredentialRotation_builder{
		SupportedCredentialOptions: []connectorv2.CapabilityDetailCredentialOption{connectorv2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD},
		PreferredCredentialOption:  connectorv2.CapabilityDetailCredentialOption_CAPABILITY_DETAIL_CREDENTIAL_OPTION_RANDOM_PASSWORD,
	}.Build(), nil, nil
}

func (u *writingUsers) Delete(context.Context, *connectorv2.ResourceId, *connectorv2.ResourceId) (annotations.Annotations, error) {
	return nil, nil
}

// plaintexts makes the password that was asked for, as the SDK's own
// connectors do, and returns none if the request does not ask for one.
func plaintexts(options *connectorv2.LocalCredentialOptions) ([]*connectorv2.PlaintextData, error) {
	if options.GetRandomPassword() == nil {
		return nil, nil
	}
	password, err := crypto.GeneratePassword(context.Background(), options)
	if err != nil {
		return nil, err
	}
	return []*connectorv2.PlaintextData{connectorv2.PlaintextData_builder{Name: "password", Bytes: []byte(password)}.Build()}, nil
}

type writingGroups struct {
	groupSyncer
	w *writingReference
}

func (g *writingGroups) Grant(ctx context.Context, principal *connectorv2.Resource, entitlement *connectorv2.Entitlement) ([]*connectorv2.Grant, annotations.Annotations, error) {
	if principal.GetId().GetResourceType() != userType.GetId() {
		return nil, nil, status.Error(codes.InvalidArgument, "principal: not a user")
	}
	group := entitlement.GetResource()
	if _, _, err := g.Get(ctx, group.GetId(), nil); err != nil {
		return nil, nil, err
	}
	if _, _, err := (&userSyncer{g.c}).Get(ctx, principal.GetId(), nil); err != nil {
		return nil, nil, err
	}
	granted := []*connectorv2.Grant{grant.NewGrant(group, memberSlug, principal.GetId())}
	if !set(g.w, g.w.members, [2]string{group.GetId().GetResource(), principal.GetId().GetResource()}, true) {
		return granted, annotations.New(&connectorv2.GrantAlreadyExists{}), nil
	}
	return granted, nil, nil
}

func (g *writingGroups) Revoke(_ context.Context, revoked *connectorv2.Grant) (annotations.Annotations, error) {
	pair := [2]string{revoked.GetEntitlement().GetResource().GetId().GetResource(), revoked.GetPrincipal().GetId().GetResource()}
	if !set(g.w, g.w.members, pair, false) {
		return annotations.New(&connectorv2.GrantAlreadyRevoked{}), nil
	}
	return nil, nil
}

func (g *writingGroups) Create(_ context.Context, wanted *connectorv2.Resource) (*connectorv2.Resource, annotations.Annotations, error) {
	return wanted, nil, nil
}

func (g *writingGroups) Delete(context.Context, *connectorv2.ResourceId, *connectorv2.ResourceId) (annotations.Annotations, error) {
	return nil, nil
}

// newWritingServer registers what the SDK's connector process registers when
// it runs with --provisioning.
func newWritingServer(ctx context.Context, connector *writingReference) (*grpc.Server, error) {
	built, err := connectorbuilder.NewConnector(ctx, connector)
	if err != nil {
		return nil, err
	}
	server, err := newBareServer(ctx)
	if err != nil {
		return nil, err
	}
	registerReadSide(server, built)
	connectorv2.RegisterGrantManagerServiceServer(server, built)
	connectorv2.RegisterResourceManagerServiceServer(server, built)
	connectorv2.RegisterResourceDeleterServiceServer(server, built)
	connectorv2.RegisterAccountManagerServiceServer(server, built)
	connectorv2.RegisterCredentialManagerServiceServer(server, built)
	return server, nil
}
