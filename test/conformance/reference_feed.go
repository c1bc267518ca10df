package main

import (
	"context"
	"strconv"
	"time"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/annotations"
	"github.com/conductorone/baton-sdk/pkg/connectorbuilder"
	"github.com/conductorone/baton-sdk/pkg/pagination"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// referenceFeed says of every user that it changed, one a second. Its id is
// the one that the SDK takes for an empty id.
type referenceFeed struct{ c *referenceConnector }

var (
	_ connectorbuilder.EventFeedsLimited = (*referenceConnector)(nil)
	_ connectorbuilder.EventFeed         = (*referenceFeed)(nil)
)

// EventFeeds has no feed unless the reference was asked for one.
func (c *referenceConnector) EventFeeds(context.Context) []connectorbuilder.EventFeed {
	if !c.feed {
		return nil
	}
	return []connectorbuilder.EventFeed{&referenceFeed{c}}
}

func (f *referenceFeed) EventFeedMetadata(context.Context) *connectorv2.EventFeedMetadata {
	return connectorv2.EventFeedMetadata_builder{
		Id:                  connectorbuilder.LegacyBatonFeedId,
		SupportedEventTypes: []connectorv2.EventType{connectorv2.EventType_EVENT_TYPE_RESOURCE_CHANGE},
	}.Build()
}

func (f *referenceFeed) ListEvents(_ context.Context, _ *timestamppb.Timestamp, token *pagination.StreamToken) ([]*connectorv2.Event, *pagination.StreamState, annotations.Annotations, error) {
	from := 0
	if token.Cursor != "" {
		var err error
		if from, err = strconv.Atoi(token.Cursor); err != nil || from < 0 || from > f.c.users {
			return nil, nil, nil, status.Errorf(codes.InvalidArgument, "cursor %q is not one of ours", token.Cursor)
		}
	}
	size := token.Size
	if size == 0 {
		size = f.c.pageSize
	}
	to := min(from+size, f.c.users)
	events := []*connectorv2.Event{}
	for n := from; n < to; n++ {
		user, err := f.c.user(n)
		if err != nil {
			return nil, nil, nil, err
		}
		events = append(events, connectorv2.Event_builder{
			Id:                  strconv.Itoa(n),
			OccurredAt:          timestamppb.New(time.Unix(1_700_000_000+int64(n), 0)),
			ResourceChangeEvent: connectorv2.ResourceChangeEvent_builder{ResourceId: user.GetId()}.Build(),
		}.Build())
	}
	return events, &pagination.StreamState{Cursor: strconv.Itoa(to), HasMore: to < f.c.users}, nil, nil
}
