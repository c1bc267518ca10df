package main

import (
	"context"
	"fmt"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"google.golang.org/protobuf/proto"
)

// content is one finished full sync as the SDK's own reader returns it.
// Maps are keyed by the ids that make a row unique.
type content struct {
	syncID        string
	metadata      connectorstore.StoreMetadata
	resourceTypes map[string]proto.Message
	resources     map[string]proto.Message
	entitlements  map[string]proto.Message
	grants        map[string]proto.Message
	// duplicates names keys that the reader returned more than once.
	duplicates []string
}

type pageOf[T proto.Message] interface {
	GetList() []T
	GetNextPageToken() string
}

// readContent reads the latest finished full sync of a c1z file of any engine.
func readContent(ctx context.Context, file, tmp string) (_ *content, err error) {
	store, syncID, err := openLatest(ctx, file, tmp)
	if err != nil {
		return nil, err
	}
	defer func() {
		if closeErr := store.Close(ctx); err == nil && closeErr != nil {
			err = closeErr
		}
	}()
	c := &content{syncID: syncID, metadata: store.Metadata()}
	c.resourceTypes, err = readAll(c, "resource_types", keyOfResourceType, func(token string) (pageOf[*connectorv2.ResourceType], error) {
		return store.ListResourceTypes(ctx, connectorv2.ResourceTypesServiceListResourceTypesRequest_builder{PageToken: token, ActiveSyncId: syncID}.Build())
	})
	if err != nil {
		return nil, err
	}
	c.resources, err = readAll(c, "resources", keyOfResource, func(token string) (pageOf[*connectorv2.Resource], error) {
		return store.ListResources(ctx, connectorv2.ResourcesServiceListResourcesRequest_builder{PageToken: token, ActiveSyncId: syncID}.Build())
	})
	if err != nil {
		return nil, err
	}
	c.entitlements, err = readAll(c, "entitlements", keyOfEntitlement, func(token string) (pageOf[*connectorv2.Entitlement], error) {
		return store.ListEntitlements(ctx, connectorv2.EntitlementsServiceListEntitlementsRequest_builder{PageToken: token, ActiveSyncId: syncID}.Build())
	})
	if err != nil {
		return nil, err
	}
	c.grants, err = readAll(c, "grants", keyOfGrant, func(token string) (pageOf[*connectorv2.Grant], error) {
		return store.ListGrants(ctx, connectorv2.GrantsServiceListGrantsRequest_builder{PageToken: token, ActiveSyncId: syncID}.Build())
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func readAll[T proto.Message](c *content, kind string, key func(T) string, list func(token string) (pageOf[T], error)) (map[string]proto.Message, error) {
	rows := map[string]proto.Message{}
	for token := ""; ; {
		page, err := list(token)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", kind, err)
		}
		for _, row := range page.GetList() {
			k := key(row)
			if _, twice := rows[k]; twice {
				c.duplicates = append(c.duplicates, kind+" "+k)
			}
			rows[k] = row
		}
		next := page.GetNextPageToken()
		if next == "" {
			return rows, nil
		}
		if next == token {
			return nil, fmt.Errorf("list %s: page token %q came twice", kind, token)
		}
		token = next
	}
}

func keyOfResourceType(t *connectorv2.ResourceType) string { return t.GetId() }

func keyOfResource(r *connectorv2.Resource) string {
	return r.GetId().GetResourceType() + ":" + r.GetId().GetResource()
}

func keyOfEntitlement(e *connectorv2.Entitlement) string { return e.GetId() }

func keyOfGrant(g *connectorv2.Grant) string { return g.GetId() }

// countBy counts rows by the resource type that groups them.
func countBy(rows map[string]proto.Message, group func(proto.Message) string) map[string]int {
	counts := map[string]int{}
	for _, row := range rows {
		counts[group(row)]++
	}
	return counts
}

func resourceTypeOfResource(m proto.Message) string {
	r, _ := m.(*connectorv2.Resource)
	return r.GetId().GetResourceType()
}

func resourceTypeOfEntitlement(m proto.Message) string {
	e, _ := m.(*connectorv2.Entitlement)
	return e.GetResource().GetId().GetResourceType()
}

func resourceTypeOfGrant(m proto.Message) string {
	g, _ := m.(*connectorv2.Grant)
	return g.GetEntitlement().GetResource().GetId().GetResourceType()
}
