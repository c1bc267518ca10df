package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/envoyproxy/protoc-gen-validate/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// sdkSet is the SDK's own schema as a set, which every test changes a bit.
func sdkSet(t *testing.T) *descriptorpb.FileDescriptorSet {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	added := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if added[file.Path()] {
			return
		}
		added[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, pkg := range []protoreflect.FullName{connectorPackage, rateLimitPackage} {
		protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(file protoreflect.FileDescriptor) bool {
			add(file)
			return true
		})
	}
	return proto.CloneOf(set)
}

func fileOf(t *testing.T, set *descriptorpb.FileDescriptorSet, path string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	for _, file := range set.GetFile() {
		if file.GetName() == path {
			return file
		}
	}
	t.Fatalf("the set has no %s", path)
	return nil
}

func messageOf(t *testing.T, set *descriptorpb.FileDescriptorSet, path, name string) *descriptorpb.DescriptorProto {
	t.Helper()
	for _, message := range fileOf(t, set, path).GetMessageType() {
		if message.GetName() == name {
			return message
		}
	}
	t.Fatalf("%s has no message %s", path, name)
	return nil
}

func fieldOf(t *testing.T, set *descriptorpb.FileDescriptorSet, path, message, name string) *descriptorpb.FieldDescriptorProto {
	t.Helper()
	for _, field := range messageOf(t, set, path, message).GetField() {
		if field.GetName() == name {
			return field
		}
	}
	t.Fatalf("%s has no field %s", message, name)
	return nil
}

const (
	resourceFile  = "c1/connector/v2/resource.proto"
	grantFile     = "c1/connector/v2/grant.proto"
	assetFile     = "c1/connector/v2/asset.proto"
	ticketFile    = "c1/connector/v2/ticket.proto"
	connectorFile = "c1/connector/v2/connector.proto"
)

func judgeSet(t *testing.T, set *descriptorpb.FileDescriptorSet, flags ...string) (code int, stdout, stderr string) {
	t.Helper()
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "set.binpb")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errOut bytes.Buffer
	code = dispatch(t.Context(), append([]string{"descriptors", "--set", file}, flags...), &out, &errOut)
	return code, out.String(), errOut.String()
}

func TestDescriptorsAcceptTheSDKsOwn(t *testing.T) {
	code, stdout, stderr := judgeSet(t, sdkSet(t), "--rules", "all")
	if code != 0 {
		t.Fatalf("exit %d\n%s%s", code, stdout, stderr)
	}
	if !strings.Contains(stdout, `"services":17,`) || !strings.Contains(stdout, `"fields_without_our_rules":[]`) {
		t.Errorf("unexpected summary: %s", stdout)
	}
}

func TestDescriptorsMayLeaveOut(t *testing.T) {
	set := sdkSet(t)
	tickets := fileOf(t, set, ticketFile)
	for _, message := range tickets.GetMessageType() {
		message.Field, message.OneofDecl, message.NestedType = nil, nil, nil
	}
	schema := fileOf(t, set, "c1/connector/v2/config.proto")
	schema.Service = nil
	code, stdout, stderr := judgeSet(t, set, "--rules", "all")
	if code != 0 || !strings.Contains(stdout, `"c1.connector.v2.SchemaService"`) {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
}

func TestDescriptorsFindDifferences(t *testing.T) {
	cases := []struct {
		name   string
		change func(t *testing.T, set *descriptorpb.FileDescriptorSet)
		want   string
	}{
		{"field name", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fieldOf(t, set, resourceFile, "ResourceId", "resource").Name = proto.String("resourze")
		}, "c1.connector.v2.ResourceId.resourze: name: ours resourze, theirs resource"},
		{"field number", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fieldOf(t, set, resourceFile, "Resource", "created_at").Number = proto.Int32(99)
		}, "c1.connector.v2.Resource.created_at: missing in ours (number 12)"},
		{"field type", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fieldOf(t, set, resourceFile, "Resource", "baton_resource").Type = descriptorpb.FieldDescriptorProto_TYPE_INT32.Enum()
		}, "c1.connector.v2.Resource.baton_resource: kind: ours int32, theirs bool"},
		{"message type", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fieldOf(t, set, resourceFile, "Resource", "parent_resource_id").TypeName = proto.String(".c1.connector.v2.Resource")
		}, "c1.connector.v2.Resource.parent_resource_id: type: ours c1.connector.v2.Resource, theirs c1.connector.v2.ResourceId"},
		{"cardinality", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fieldOf(t, set, grantFile, "Grant", "annotations").Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
		}, "c1.connector.v2.Grant.annotations: cardinality: ours optional, theirs repeated"},
		{"oneof", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			messageOf(t, set, assetFile, "AssetServiceGetAssetResponse").GetOneofDecl()[0].Name = proto.String("massage")
		}, "c1.connector.v2.AssetServiceGetAssetResponse.data: oneof: ours massage, theirs msg"},
		{"optional", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			for _, message := range messageOf(t, set, connectorFile, "ConnectorAccountCreationSchema").GetNestedType() {
				if message.GetName() == "StringField" {
					message.Field[0].Proto3Optional, message.Field[0].OneofIndex, message.OneofDecl = nil, nil, nil
				}
			}
		}, "c1.connector.v2.ConnectorAccountCreationSchema.StringField.default_value: optional: ours false, theirs true"},
		{"enum value", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			enums := fileOf(t, set, connectorFile).GetEnumType()
			enums[0].Value = enums[0].Value[:len(enums[0].Value)-1]
		}, "is missing in ours"},
		{"unknown message", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			file := fileOf(t, set, assetFile)
			file.MessageType = append(file.MessageType, &descriptorpb.DescriptorProto{Name: proto.String("Asset")})
		}, "c1.connector.v2.Asset: theirs has no such name"},
		{"method", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			services := fileOf(t, set, grantFile).GetService()
			services[1].Method = services[1].Method[:1]
		}, "c1.connector.v2.GrantManagerService.Revoke: method is missing in ours"},
		{"service", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fileOf(t, set, assetFile).Service = nil
		}, "c1.connector.v2.AssetService: service is missing in ours"},
		{"stream", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fileOf(t, set, assetFile).GetService()[0].GetMethod()[0].ServerStreaming = nil
		}, "c1.connector.v2.AssetService.GetAsset: server stream: ours false, theirs true"},
		{"reply type", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fileOf(t, set, grantFile).GetService()[0].GetMethod()[0].OutputType = proto.String(".c1.connector.v2.Grant")
		}, "c1.connector.v2.GrantsService.ListGrants: output: ours c1.connector.v2.Grant"},
		{"rule", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			options := fieldOf(t, set, resourceFile, "ResourcesServiceListResourcesRequest", "page_size").GetOptions()
			proto.SetExtension(options, validate.E_Rules, &validate.FieldRules{Type: &validate.FieldRules_Uint32{
				Uint32: &validate.UInt32Rules{Lte: proto.Uint32(251), IgnoreEmpty: proto.Bool(true)},
			}})
		}, "c1.connector.v2.ResourcesServiceListResourcesRequest.page_size: rules: ours {uint32:"},
		{"no rule", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			fieldOf(t, set, resourceFile, "ResourceId", "resource").Options = nil
		}, "c1.connector.v2.ResourceId.resource: rules are missing in ours"},
		{"rule of a oneof", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			messageOf(t, set, assetFile, "AssetServiceGetAssetResponse").GetOneofDecl()[0].Options = nil
		}, "c1.connector.v2.AssetServiceGetAssetResponse.msg: must be set: ours false, theirs true"},
		{"file", func(t *testing.T, set *descriptorpb.FileDescriptorSet) {
			file := fileOf(t, set, assetFile)
			file.Name = proto.String("c1/connector/v2/assets.proto")
			for _, other := range set.GetFile() {
				for i, path := range other.GetDependency() {
					if path == assetFile {
						other.Dependency[i] = file.GetName()
					}
				}
			}
		}, "c1.connector.v2.AssetRef: file: ours c1/connector/v2/assets.proto, theirs " + assetFile},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set := sdkSet(t)
			c.change(t, set)
			code, stdout, stderr := judgeSet(t, set, "--rules", "all")
			if code != exitVerdict || !strings.Contains(stdout, c.want) {
				t.Errorf("exit %d, no line contains %q:\n%s%s", code, c.want, stdout, stderr)
			}
		})
	}
}

func TestDescriptorsTolerateAMissingRuleUnlessAllAreJudged(t *testing.T) {
	set := sdkSet(t)
	fieldOf(t, set, resourceFile, "ResourceId", "resource").Options = nil
	code, stdout, stderr := judgeSet(t, set)
	if code != 0 || !strings.Contains(stdout, `"fields_without_our_rules":["c1.connector.v2.ResourceId.resource"]`) {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
}

func TestDescriptorsRefuseAnEmptySet(t *testing.T) {
	set := sdkSet(t)
	set.File = slices.DeleteFunc(set.File, func(f *descriptorpb.FileDescriptorProto) bool {
		return strings.HasPrefix(f.GetPackage(), "c1.")
	})
	if code, _, stderr := judgeSet(t, set); code != exitVerdict || !strings.Contains(stderr, "holds nothing") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
