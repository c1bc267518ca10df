package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	"github.com/conductorone/baton-sdk/pkg/types/resource"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// directory is what a test file holds; tests change a copy before writing it.
type directory struct {
	types        []*connectorv2.ResourceType
	resources    []*connectorv2.Resource
	entitlements []*connectorv2.Entitlement
	grants       []*connectorv2.Grant
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	ctx := t.Context()
	c := &referenceConnector{users: 4, groups: 2, pageSize: 100}
	d := &directory{types: []*connectorv2.ResourceType{userType, groupType}}
	for n := range c.users {
		user, err := c.user(n)
		if err != nil {
			t.Fatal(err)
		}
		d.resources = append(d.resources, user)
	}
	syncer := &groupSyncer{c}
	for n := range c.groups {
		group, err := c.group(n)
		if err != nil {
			t.Fatal(err)
		}
		d.resources = append(d.resources, group)
		d.entitlements = append(d.entitlements, c.memberEntitlement(group))
		grants, _, err := syncer.Grants(ctx, group, resource.SyncOpAttrs{})
		if err != nil {
			t.Fatal(err)
		}
		d.grants = append(d.grants, grants...)
	}
	return d
}

// write makes a c1z file with one finished full sync.
func (d *directory) write(t *testing.T, name string, engine c1zstore.Engine) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	dir := t.TempDir()
	file := filepath.Join(dir, name)
	store, err := dotc1z.NewStore(ctx, file, dotc1z.WithEngine(engine), dotc1z.WithTmpDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = store.StartNewSync(ctx, connectorstore.SyncTypeFull, "")
	must(err)
	must(store.PutResourceTypes(ctx, d.types...))
	must(store.PutResources(ctx, d.resources...))
	must(store.PutEntitlements(ctx, d.entitlements...))
	must(store.PutGrants(ctx, d.grants...))
	must(store.EndSync(ctx))
	must(store.Close(ctx))
	return file
}

func judge(t *testing.T, ours, theirs string, flags ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut bytes.Buffer
	args := append([]string{"compare", "--ours", ours, "--theirs", theirs}, flags...)
	code = dispatch(t.Context(), args, &out, &errOut)
	return code, out.String(), errOut.String()
}

func TestCompareAcceptsEqualFiles(t *testing.T) {
	ours := newDirectory(t).write(t, "ours.c1z", c1zstore.EngineSQLite)
	theirs := newDirectory(t).write(t, "theirs.c1z", c1zstore.EngineSQLite)
	code, stdout, stderr := judge(t, ours, theirs, "--strict", "--schema")
	if code != 0 {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
	want := `"equal":{"entitlements":2,"grants":6,"resource_types":2,"resources":6},"columns_compared":true`
	if !strings.Contains(stdout, want) {
		t.Errorf("got %s, want it to contain %s", stdout, want)
	}
}

func TestCompareAcceptsAnotherEngine(t *testing.T) {
	ours := newDirectory(t).write(t, "ours.c1z", c1zstore.EngineSQLite)
	theirs := newDirectory(t).write(t, "theirs.c1z", c1zstore.EnginePebble)
	code, stdout, stderr := judge(t, ours, theirs)
	if code != 0 || !strings.Contains(stdout, `"grants":6`) {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
}

func TestCompareFindsDifferences(t *testing.T) {
	bob := "00000000-0000-4000-8000-000000000001"
	cases := []struct {
		name   string
		change func(t *testing.T, d *directory)
		want   []string
	}{
		{
			name:   "missing user",
			change: func(_ *testing.T, d *directory) { d.resources = d.resources[1:] },
			want:   []string{"resources user:00000000-0000-4000-8000-000000000000: missing in ours", "v1_resources user:"},
		},
		{
			name:   "missing grant",
			change: func(_ *testing.T, d *directory) { d.grants = d.grants[1:] },
			want:   []string{": missing in ours", "v1_grants group:team:ä0:member:user:"},
		},
		{
			name: "one row too many",
			change: func(_ *testing.T, d *directory) {
				extra := proto.CloneOf(d.entitlements[0])
				extra.SetId(extra.GetId() + "2")
				d.entitlements = append(d.entitlements, extra)
			},
			want: []string{"entitlements group:team:ä0:member2: missing in theirs"},
		},
		{
			name: "status",
			change: func(_ *testing.T, d *directory) {
				d.resources[1].GetStatus().SetStatus(connectorv2.Status_RESOURCE_STATUS_DISABLED)
			},
			want: []string{"resources user:" + bob + ": status.status: ours RESOURCE_STATUS_DISABLED, theirs RESOURCE_STATUS_ENABLED"},
		},
		{
			name: "status in the trait",
			change: func(t *testing.T, d *directory) {
				changeTrait(t, d.resources[1], &connectorv2.UserTrait{}, func(m *connectorv2.UserTrait) {
					m.GetStatus().SetStatus(connectorv2.UserTrait_Status_STATUS_DELETED)
				})
			},
			want: []string{"annotations[0](UserTrait).status.status: ours STATUS_DELETED, theirs STATUS_ENABLED"},
		},
		{
			name: "grant principal",
			change: func(_ *testing.T, d *directory) {
				d.grants[0].SetPrincipal(d.resources[3])
			},
			want: []string{
				`principal.id.resource: ours "00000000-0000-4000-8000-000000000003", theirs "00000000-0000-4000-8000-000000000000"`,
				`column principal_resource_id: ours "00000000-0000-4000-8000-000000000003"`,
			},
		},
		{
			name: "parent",
			change: func(_ *testing.T, d *directory) {
				d.resources[5].SetParentResourceId(d.resources[4].GetId())
			},
			want: []string{"parent_resource_id: ours set, theirs unset", `column parent_resource_id: ours "team:ä0", theirs NULL`},
		},
		{
			name: "one annotation too many",
			change: func(t *testing.T, d *directory) {
				d.types[0].SetAnnotations(append(d.types[0].GetAnnotations(), mustAny(t, &connectorv2.OptInRequired{})))
			},
			want: []string{"resource_types user: annotations: ours has 2, theirs 1"},
		},
		{
			name: "other bytes of the same annotation",
			change: func(_ *testing.T, d *directory) {
				trait := d.resources[0].GetAnnotations()[0]
				// A field may come twice on the wire: the last one counts.
				trait.Value = append([]byte{0x28, 0x02}, trait.GetValue()...)
			},
			want: []string{"UserTrait has the same content but was serialised to other bytes"},
		},
	}
	theirs := newDirectory(t).write(t, "theirs.c1z", c1zstore.EngineSQLite)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := newDirectory(t)
			for i, resourceType := range d.types {
				d.types[i] = proto.CloneOf(resourceType)
			}
			c.change(t, d)
			code, stdout, stderr := judge(t, d.write(t, "ours.c1z", c1zstore.EngineSQLite), theirs)
			if code != exitVerdict {
				t.Fatalf("exit %d, want %d\n%s%s", code, exitVerdict, stdout, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("no line contains %q:\n%s", want, stdout)
				}
			}
		})
	}
}

func TestComparePrintsAtMostFiftyLines(t *testing.T) {
	d := newDirectory(t)
	for n := range 60 {
		group, err := (&referenceConnector{}).group(100 + n)
		if err != nil {
			t.Fatal(err)
		}
		d.resources = append(d.resources, group)
	}
	ours := d.write(t, "ours.c1z", c1zstore.EngineSQLite)
	theirs := newDirectory(t).write(t, "theirs.c1z", c1zstore.EngineSQLite)
	code, stdout, stderr := judge(t, ours, theirs)
	if code != exitVerdict || strings.Count(stdout, "\n") != maxPrinted || !strings.Contains(stderr, "120 differences") {
		t.Errorf("exit %d, %d lines, stderr %s", code, strings.Count(stdout, "\n"), stderr)
	}
}

func TestCompareRefusesAFileWithoutAFinishedSync(t *testing.T) {
	ctx := context.WithoutCancel(t.Context())
	dir := t.TempDir()
	file := filepath.Join(dir, "open.c1z")
	store, err := dotc1z.NewStore(ctx, file, dotc1z.WithEngine(c1zstore.EngineSQLite), dotc1z.WithTmpDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.StartNewSync(ctx, connectorstore.SyncTypeFull, ""); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(ctx); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := judge(t, file, newDirectory(t).write(t, "theirs.c1z", c1zstore.EngineSQLite))
	if code != exitVerdict || !strings.Contains(stderr, "no finished sync") {
		t.Errorf("exit %d, stderr %s", code, stderr)
	}
}

func TestCompareRefusesAWrongCall(t *testing.T) {
	var out, errOut bytes.Buffer
	if code := dispatch(t.Context(), []string{"compare", "--ours", "x"}, &out, &errOut); code != exitUsage {
		t.Errorf("exit %d, want %d: %s", code, exitUsage, errOut.String())
	}
}

func changeTrait[T proto.Message](t *testing.T, r *connectorv2.Resource, trait T, change func(T)) {
	t.Helper()
	for _, annotation := range r.GetAnnotations() {
		if !annotation.MessageIs(trait) {
			continue
		}
		if err := annotation.UnmarshalTo(trait); err != nil {
			t.Fatal(err)
		}
		change(trait)
		if err := anypb.MarshalFrom(annotation, trait, proto.MarshalOptions{Deterministic: true}); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("resource has no %s", trait.ProtoReflect().Descriptor().Name())
}

func mustAny(t *testing.T, m proto.Message) *anypb.Any {
	t.Helper()
	packed, err := anypb.New(m)
	if err != nil {
		t.Fatal(err)
	}
	return packed
}
