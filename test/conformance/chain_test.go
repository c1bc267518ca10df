package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// startReference serves the reference connector and returns its address.
func startReference(t *testing.T, extra ...grpc.UnaryServerInterceptor) string {
	t.Helper()
	return startServer(t, &referenceConnector{users: 5, groups: 3, pageSize: 2}, extra...)
}

func startServer(t *testing.T, connector *referenceConnector, extra ...grpc.UnaryServerInterceptor) string {
	t.Helper()
	server, err := newReferenceServer(t.Context(), connector, extra...)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	var out, errOut bytes.Buffer
	if code := dispatch(t.Context(), args, &out, &errOut); code != 0 {
		t.Fatalf("%s: exit %d\n%s%s", args[0], code, out.String(), errOut.String())
	}
	return out.String()
}

func TestSyncsOfOneServerAreEqual(t *testing.T) {
	address := startReference(t)
	dir := t.TempDir()
	sequential := filepath.Join(dir, "sequential.c1z")
	var summary syncSummary
	line := mustRun(t, "sync", "--address", address, "--file", sequential, "--fail-fast")
	if err := json.Unmarshal([]byte(line), &summary); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"resource_types": 2, "resources": 8, "entitlements": 3, "grants": 8}
	if fmt.Sprint(summary.Counts) != fmt.Sprint(want) || summary.Format != "v1" || len(summary.Warnings) != 0 {
		t.Errorf("unexpected summary: %s", line)
	}
	// ⌈5/2⌉ + ⌈3/2⌉ pages of resources, and pages of 5, 2 and 1 members.
	if summary.Calls["/c1.connector.v2.ResourcesService/ListResources"] != 5 || summary.Calls["/c1.connector.v2.GrantsService/ListGrants"] != 5 {
		t.Errorf("unexpected calls: %v", summary.Calls)
	}

	parallel := filepath.Join(dir, "parallel.c1z")
	mustRun(t, "sync", "--address", address, "--file", parallel, "--workers", "4", "--as-wrapper")
	mustRun(t, "compare", "--ours", sequential, "--theirs", parallel, "--strict", "--schema")

	pebble := filepath.Join(dir, "pebble.c1z")
	mustRun(t, "sync", "--address", address, "--file", pebble, "--engine", "pebble", "--fail-fast")
	mustRun(t, "compare", "--ours", sequential, "--theirs", pebble)
}

// The syncer skips NotFound without an error: the sync succeeds, and only the
// warnings in the summary show that rows are missing.
func TestSyncReportsWhatTheSyncerSkips(t *testing.T) {
	address := startReference(t, func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		if list, ok := req.(*connectorv2.GrantsServiceListGrantsRequest); ok && list.GetPageToken() != "" {
			return nil, status.Error(codes.NotFound, "gone")
		}
		return next(ctx, req)
	})
	var summary syncSummary
	line := mustRun(t, "sync", "--address", address, "--file", filepath.Join(t.TempDir(), "skipped.c1z"))
	if err := json.Unmarshal([]byte(line), &summary); err != nil {
		t.Fatal(err)
	}
	if len(summary.Warnings) == 0 || summary.Counts["grants"] != 5 {
		t.Errorf("unexpected summary: %s", line)
	}
}

func TestSyncFailsWithTheServersError(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	deserted := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	code := dispatch(t.Context(), []string{"sync", "--address", deserted, "--file", filepath.Join(t.TempDir(), "x.c1z")}, &out, &errOut)
	if code != exitVerdict || !strings.Contains(errOut.String(), "Unavailable") || out.Len() != 0 {
		t.Errorf("exit %d\n%s%s", code, out.String(), errOut.String())
	}
}

func TestProbeCallsEveryMethod(t *testing.T) {
	var answers map[string]answer
	line := mustRun(t, "probe", "--address", startReference(t))
	if err := json.Unmarshal([]byte(line), &answers); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"c1.connector.v2.ConnectorService/Cleanup":                       "OK",
		"c1.connector.v2.ResourcesService/ListResources":                 "OK",
		"c1.connector.v2.ResourcesService/ListResources#unknown-type":    "NotFound",
		"c1.connector.v2.GrantsService/ListGrants#page-too-large":        "InvalidArgument",
		"c1.connector.v2.GrantManagerService/Grant":                      "FailedPrecondition",
		"c1.connector.v2.GrantManagerService/Grant#no-principal":         "InvalidArgument",
		"c1.connector.v2.TicketsService/GetTicket":                       "Unknown",
		"c1.connector.v2.AssetService/GetAsset":                          "OK",
		"c1.connector.v2.EventService/ListEvents":                        "NotFound",
		"c1.connector.v2.ResourceGetterService/GetResource#unknown-type": "Unimplemented",
		"c1.ratelimit.v1.RateLimiterService/Do":                          "OK",
	} {
		if got := answers[key].Code; got != want {
			t.Errorf("%s: code %q, want %q", key, got, want)
		}
	}
	if got := answers["c1.ratelimit.v1.RateLimiterService/Do"].Summary; got != "description{status=STATUS_EMPTY}" {
		t.Errorf("Do: %s", got)
	}
}

func TestReferenceServesItsFeedWhenAsked(t *testing.T) {
	address := startServer(t, &referenceConnector{users: 5, groups: 3, pageSize: 2, feed: true})
	var answers map[string]answer
	line := mustRun(t, "probe", "--address", address)
	if err := json.Unmarshal([]byte(line), &answers); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"c1.connector.v2.EventService/ListEvents":                "OK",
		"c1.connector.v2.EventService/ListEvents#unknown-feed":   "NotFound",
		"c1.connector.v2.EventService/ListEvents#foreign-cursor": "InvalidArgument",
	} {
		if got := answers[key].Code; got != want {
			t.Errorf("%s: code %q, want %q", key, got, want)
		}
	}
}

func TestUnprobedNamesTheMethodsWithoutACase(t *testing.T) {
	missed := unprobed(map[string]answer{"c1.connector.v2.GrantsService/ListGrants#some-case": {}})
	if len(missed) != 31 {
		t.Errorf("%d methods missed: %v", len(missed), missed)
	}
}
