package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/types/entitlement"
	"github.com/conductorone/baton-sdk/pkg/types/grant"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// referenceConnector is a made-up directory of numbered users and groups.
// User n is a member of group g when g divides n+1; so the first group holds
// everybody and the last ones hold few or nobody.
type referenceConnector struct {
	users, groups, pageSize int
	// feed adds a feed of events.
	feed bool
}

// The builder looks for these by type assertion and skips what it cannot find.
var (
	_ connectorbuilder.ConnectorBuilderV2            = (*referenceConnector)(nil)
	_ connectorbuilder.ResourceTargetedSyncerLimited = (*userSyncer)(nil)
	_ connectorbuilder.ResourceTargetedSyncerLimited = (*groupSyncer)(nil)
)

var (
	userType = resource.NewResourceType("User",
		[]connectorv2.ResourceType_Trait{connectorv2.ResourceType_TRAIT_USER},
		&connectorv2.SkipEntitlementsAndGrants{})
	groupType = resource.NewResourceType("Group",
		[]connectorv2.ResourceType_Trait{connectorv2.ResourceType_TRAIT_GROUP})
)

const memberSlug = "member"

func (c *referenceConnector) Metadata(context.Context) (*connectorv2.ConnectorMetadata, error) {
	return connectorv2.ConnectorMetadata_builder{
		DisplayName: "Reference",
		Description: "A made-up directory of users and groups",
	}.Build(), nil
}

func (c *referenceConnector) Validate(context.Context) (annotations.Annotations, error) {
	return nil, nil
}

func (c *referenceConnector) ResourceSyncers(context.Context) []connectorbuilder.ResourceSyncerV2 {
	return []connectorbuilder.ResourceSyncerV2{&userSyncer{c}, &groupSyncer{c}}
}

// settled re-packs the annotations with sorted map keys. The SDK packs them in
// random order, and rows of two syncs would then differ in bytes only.
func settled(r *connectorv2.Resource, err error) (*connectorv2.Resource, error) {
	if err != nil {
		return nil, err
	}
	for _, annotation := range r.GetAnnotations() {
		message, err := annotation.UnmarshalNew()
		if err != nil {
			return nil, err
		}
		if err := anypb.MarshalFrom(annotation, message, proto.MarshalOptions{Deterministic: true}); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (c *referenceConnector) user(n int) (*connectorv2.Resource, error) {
	login := fmt.Sprintf("user%d", n)
	state := connectorv2.UserTrait_Status_STATUS_ENABLED
	if n%4 == 3 {
		state = connectorv2.UserTrait_Status_STATUS_DISABLED
	}
	traits := []resource.UserTraitOption{
		resource.WithUserLogin(login),
		resource.WithDetailedStatus(state, "CONFIRMED"),
		resource.WithUserProfile(map[string]any{
			"user_id": login, "first_name": "Zoë", "last_name": fmt.Sprintf("Number %d", n), "enabled": n%4 != 3,
		}),
		resource.WithCreatedAt(time.Unix(1_700_000_000+int64(n), 0)),
	}
	if n%3 != 2 {
		traits = append(traits, resource.WithEmail(login+"@example.com", true))
	}
	return settled(resource.NewUserResource(login, userType, fmt.Sprintf("00000000-0000-4000-8000-%012d", n), traits))
}

// group names carry a colon and a letter outside ASCII: ids are joined
// without escaping, and compared byte by byte.
func (c *referenceConnector) group(n int) (*connectorv2.Resource, error) {
	name := fmt.Sprintf("team:ä%d", n)
	return settled(resource.NewGroupResource(name, groupType, name,
		[]resource.GroupTraitOption{resource.WithGroupProfile(map[string]any{"precedence": n})},
		resource.WithDescription(fmt.Sprintf("Group number %d", n))))
}

func (c *referenceConnector) memberEntitlement(group *connectorv2.Resource) *connectorv2.Entitlement {
	return entitlement.NewAssignmentEntitlement(group, memberSlug,
		entitlement.WithGrantableTo(userType),
		entitlement.WithDisplayName(group.GetDisplayName()+" member"),
		entitlement.WithDescription("Member of "+group.GetDisplayName()))
}

// page cuts rows out of [0, total): the page token is the first row's number.
func (c *referenceConnector) page(total int, opts resource.SyncOpAttrs) (from, to int, results *resource.SyncOpResults, err error) {
	size := opts.PageToken.Size
	if size == 0 {
		size = c.pageSize
	}
	if opts.PageToken.Token != "" {
		if from, err = strconv.Atoi(opts.PageToken.Token); err != nil || from < 0 || from > total {
			return 0, 0, nil, status.Errorf(codes.InvalidArgument, "page token %q is not one of ours", opts.PageToken.Token)
		}
	}
	to = min(from+size, total)
	results = &resource.SyncOpResults{}
	if to < total {
		results.NextPageToken = strconv.Itoa(to)
	}
	return from, to, results, nil
}

// list pages over made-up rows.
func list(c *referenceConnector, total int, opts resource.SyncOpAttrs, make func(int) (*connectorv2.Resource, error)) ([]*connectorv2.Resource, *resource.SyncOpResults, error) {
	from, to, results, err := c.page(total, opts)
	if err != nil {
		return nil, nil, err
	}
	rows := []*connectorv2.Resource{}
	for n := from; n < to; n++ {
		row, err := make(n)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, row)
	}
	return rows, results, nil
}

// get finds a made-up row by id.
func get(id *connectorv2.ResourceId, total int, make func(int) (*connectorv2.Resource, error)) (*connectorv2.Resource, annotations.Annotations, error) {
	for n := range total {
		row, err := make(n)
		if err != nil {
			return nil, nil, err
		}
		if row.GetId().GetResource() == id.GetResource() {
			return row, nil, nil
		}
	}
	return nil, nil, status.Errorf(codes.NotFound, "%s %q does not exist", id.GetResourceType(), id.GetResource())
}

type userSyncer struct{ c *referenceConnector }

func (u *userSyncer) ResourceType(context.Context) *connectorv2.ResourceType { return userType }

func (u *userSyncer) List(_ context.Context, _ *connectorv2.ResourceId, opts resource.SyncOpAttrs) ([]*connectorv2.Resource, *resource.SyncOpResults, error) {
	return list(u.c, u.c.users, opts, u.c.user)
}

func (u *userSyncer) Get(_ context.Context, id, _ *connectorv2.ResourceId) (*connectorv2.Resource, annotations.Annotations, error) {
	return get(id, u.c.users, u.c.user)
}

func (u *userSyncer) Entitlements(context.Context, *connectorv2.Resource, resource.SyncOpAttrs) ([]*connectorv2.Entitlement, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}

func (u *userSyncer) Grants(context.Context, *connectorv2.Resource, resource.SyncOpAttrs) ([]*connectorv2.Grant, *resource.SyncOpResults, error) {
	return nil, &resource.SyncOpResults{}, nil
}

type groupSyncer struct{ c *referenceConnector }

func (g *groupSyncer) ResourceType(context.Context) *connectorv2.ResourceType { return groupType }

func (g *groupSyncer) List(_ context.Context, _ *connectorv2.ResourceId, opts resource.SyncOpAttrs) ([]*connectorv2.Resource, *resource.SyncOpResults, error) {
	return list(g.c, g.c.groups, opts, g.c.group)
}

func (g *groupSyncer) Get(_ context.Context, id, _ *connectorv2.ResourceId) (*connectorv2.Resource, annotations.Annotations, error) {
	return get(id, g.c.groups, g.c.group)
}

func (g *groupSyncer) Entitlements(_ context.Context, group *connectorv2.Resource, _ resource.SyncOpAttrs) ([]*connectorv2.Entitlement, *resource.SyncOpResults, error) {
	return []*connectorv2.Entitlement{g.c.memberEntitlement(group)}, &resource.SyncOpResults{}, nil
}

func (g *groupSyncer) Grants(_ context.Context, group *connectorv2.Resource, opts resource.SyncOpAttrs) ([]*connectorv2.Grant, *resource.SyncOpResults, error) {
	number := 0
	if _, err := fmt.Sscanf(group.GetId().GetResource(), "team:ä%d", &number); err != nil {
		return nil, nil, status.Errorf(codes.NotFound, "group %q does not exist", group.GetId().GetResource())
	}
	members := []int{}
	for n := range g.c.users {
		if (n+1)%(number+1) == 0 {
			members = append(members, n)
		}
	}
	from, to, results, err := g.c.page(len(members), opts)
	if err != nil {
		return nil, nil, err
	}
	grants := []*connectorv2.Grant{}
	for _, n := range members[from:to] {
		user, err := g.c.user(n)
		if err != nil {
			return nil, nil, err
		}
		grants = append(grants, grant.NewGrant(group, memberSlug, user))
	}
	return grants, results, nil
}
