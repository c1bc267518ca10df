package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"google.golang.org/protobuf/proto"
)

// maxPrinted bounds the difference lines; the count always includes them all.
const maxPrinted = 50

type compareSummary struct {
	OurSync   string         `json:"our_sync"`
	TheirSync string         `json:"their_sync"`
	Equal     map[string]int `json:"equal"`
	// Columns is false when one file is not a SQLite file: then only messages are
	// compared, and without what entitlements and grants repeat of other rows.
	Columns bool `json:"columns_compared"`
	// OtherBytes counts rows whose stored blob differs although the message,
	// marshalled again by one program, is the same to the last byte.
	OtherBytes int `json:"equal_rows_with_other_stored_bytes"`
}

func runCompare(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("compare", flag.ContinueOnError)
	ours := fs.String("ours", "", "c1z file to judge")
	theirs := fs.String("theirs", "", "c1z file to judge by")
	strict := fs.Bool("strict", false, "stored blobs must be the same bytes, too")
	schema := fs.Bool("schema", false, "tables and indices must be the same, too")
	if err := parseFlags(fs, args, stderr, "ours", "theirs"); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "conformance-compare-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	found, summary, err := compareFiles(ctx, *ours, *theirs, tmp, *strict, *schema)
	if err != nil {
		return err
	}
	for _, line := range found[:min(len(found), maxPrinted)] {
		fmt.Fprintln(stdout, line)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d differences between %s and %s", len(found), *ours, *theirs)
	}
	return writeJSON(stdout, summary)
}

func compareFiles(ctx context.Context, ours, theirs, tmp string, strict, schema bool) ([]string, *compareSummary, error) {
	a, err := readContent(ctx, ours, tmp)
	if err != nil {
		return nil, nil, err
	}
	b, err := readContent(ctx, theirs, tmp)
	if err != nil {
		return nil, nil, err
	}
	bothV1 := a.metadata.Format == "v1" && b.metadata.Format == "v1"
	if !bothV1 {
		a.keepIdentity()
		b.keepIdentity()
	}
	summary := &compareSummary{OurSync: a.syncID, TheirSync: b.syncID, Equal: map[string]int{}}
	var found []string
	for _, twice := range a.duplicates {
		found = append(found, twice+": ours has it more than once")
	}
	for _, twice := range b.duplicates {
		found = append(found, twice+": theirs has it more than once")
	}
	for _, kind := range []struct {
		name         string
		ours, theirs map[string]proto.Message
	}{
		{"resource_types", a.resourceTypes, b.resourceTypes},
		{"resources", a.resources, b.resources},
		{"entitlements", a.entitlements, b.entitlements},
		{"grants", a.grants, b.grants},
	} {
		lines, equal, err := compareRows(kind.name, kind.ours, kind.theirs)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, lines...)
		summary.Equal[kind.name] = equal
	}
	if bothV1 {
		summary.Columns = true
		lines, otherBytes, err := compareRaw(ctx, ours, theirs, a.syncID, b.syncID, tmp, strict, schema)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, lines...)
		summary.OtherBytes = otherBytes
	} else if strict || schema {
		return nil, nil, fmt.Errorf("%w: --strict and --schema need two v1 (SQLite) files", errUsage)
	}
	return found, summary, nil
}

// keepIdentity leaves only the ids of what entitlements and grants repeat of
// other rows: the Pebble engine stores no more, and its reader hands out no
// more.
func (c *content) keepIdentity() {
	for _, row := range c.entitlements {
		if entitlement, ok := row.(*connectorv2.Entitlement); ok {
			entitlement.SetResource(resourceWithID(entitlement.GetResource()))
			for i, grantable := range entitlement.GetGrantableTo() {
				entitlement.GetGrantableTo()[i] = connectorv2.ResourceType_builder{Id: grantable.GetId()}.Build()
			}
		}
	}
	for _, row := range c.grants {
		if grant, ok := row.(*connectorv2.Grant); ok {
			grant.SetEntitlement(connectorv2.Entitlement_builder{
				Id:       grant.GetEntitlement().GetId(),
				Resource: resourceWithID(grant.GetEntitlement().GetResource()),
			}.Build())
			grant.SetPrincipal(resourceWithID(grant.GetPrincipal()))
		}
	}
}

func resourceWithID(r *connectorv2.Resource) *connectorv2.Resource {
	return connectorv2.Resource_builder{Id: r.GetId()}.Build()
}

// compareRows compares decoded messages, and then their deterministic bytes.
func compareRows(kind string, ours, theirs map[string]proto.Message) (found []string, equal int, err error) {
	for _, key := range unionOfKeys(ours, theirs) {
		a, inOurs := ours[key]
		b, inTheirs := theirs[key]
		switch {
		case !inOurs:
			found = append(found, fmt.Sprintf("%s %s: missing in ours", kind, key))
		case !inTheirs:
			found = append(found, fmt.Sprintf("%s %s: missing in theirs", kind, key))
		default:
			fields := diffMessages(a, b)
			for _, field := range fields {
				found = append(found, fmt.Sprintf("%s %s: %s", kind, key, field))
			}
			if len(fields) > 0 {
				continue
			}
			same, err := sameBytes(a, b)
			if err != nil {
				return nil, 0, fmt.Errorf("%s %s: %w", kind, key, err)
			}
			if !same {
				found = append(found, fmt.Sprintf("%s %s: equal messages marshal to other bytes", kind, key))
				continue
			}
			equal++
		}
	}
	return found, equal, nil
}

func sameBytes(a, b proto.Message) (bool, error) {
	opts := proto.MarshalOptions{Deterministic: true}
	first, err := opts.Marshal(a)
	if err != nil {
		return false, err
	}
	second, err := opts.Marshal(b)
	if err != nil {
		return false, err
	}
	return bytes.Equal(first, second), nil
}

func unionOfKeys[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]V{}
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}
