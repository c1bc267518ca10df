package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	_ "github.com/conductorone/baton-sdk/pb/c1/c1z/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/c1z/v3"
	_ "github.com/conductorone/baton-sdk/pb/c1/config/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	_ "github.com/conductorone/baton-sdk/pb/c1/connector_wrapper/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/ratelimit/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/reader/v2"
	_ "github.com/conductorone/baton-sdk/pb/c1/reader/v3"
	_ "github.com/conductorone/baton-sdk/pb/c1/storage/v3"
	_ "github.com/conductorone/baton-sdk/pb/c1/transport/v1"
	_ "github.com/conductorone/baton-sdk/pb/c1/utls/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// ruleMode says which validate.rules options are judged.
type ruleMode string

const (
	rulesOff     ruleMode = "off"
	rulesPresent ruleMode = "present"
	rulesAll     ruleMode = "all"
)

type descriptorSummary struct {
	Messages int `json:"messages"`
	Fields   int `json:"fields"`
	Enums    int `json:"enums"`
	Values   int `json:"enum_values"`
	Services int `json:"services"`
	Methods  int `json:"methods"`
	Rules    int `json:"rules_compared"`
	// WithoutRules names fields that have a rule in theirs and none in ours.
	WithoutRules []string `json:"fields_without_our_rules"`
	LeftOut      []string `json:"messages_left_out"`
	// Unserved names services and methods that ours lacks and may lack.
	Unserved []string `json:"services_left_out"`
	Ignored  []string `json:"foreign_files_ignored"`
}

func runDescriptors(_ context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("descriptors", flag.ContinueOnError)
	file := fs.String("set", "", "FileDescriptorSet, binary")
	rules := fs.String("rules", string(rulesPresent), "validate.rules to judge: off, present (fields where the set has some) or all")
	if err := parseFlags(fs, args, stderr, "set"); err != nil {
		return err
	}
	mode := ruleMode(*rules)
	if !slices.Contains([]ruleMode{rulesOff, rulesPresent, rulesAll}, mode) {
		return fmt.Errorf("%w: --rules %q: want off, present or all", errUsage, *rules)
	}
	raw, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(raw, set); err != nil {
		return fmt.Errorf("%s is no FileDescriptorSet: %w", *file, err)
	}
	found, summary, err := compareDescriptors(set, mode)
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	for _, line := range found {
		fmt.Fprintln(stdout, line)
	}
	if len(found) > 0 {
		return fmt.Errorf("%d differences", len(found))
	}
	return writeJSON(stdout, summary)
}

func compareDescriptors(set *descriptorpb.FileDescriptorSet, mode ruleMode) ([]string, *descriptorSummary, error) {
	files, err := protodesc.FileOptions{AllowUnresolvable: true}.NewFiles(set)
	if err != nil {
		return nil, nil, err
	}
	j := &descriptorJudge{
		mode: mode,
		seen: map[protoreflect.FullName]bool{},
		summary: descriptorSummary{
			WithoutRules: []string{}, LeftOut: []string{}, Unserved: []string{}, Ignored: []string{},
		},
	}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if strings.HasPrefix(string(file.Package()), "c1.") {
			j.file(file)
		} else {
			j.summary.Ignored = append(j.summary.Ignored, file.Path())
		}
		return true
	})
	if len(j.seen) == 0 {
		return nil, nil, fmt.Errorf("the set holds nothing of a package c1.*")
	}
	j.leftOut()
	for _, list := range [][]string{j.found, j.summary.WithoutRules, j.summary.LeftOut, j.summary.Unserved, j.summary.Ignored} {
		slices.Sort(list)
	}
	return j.found, &j.summary, nil
}

type descriptorJudge struct {
	mode    ruleMode
	found   []string
	seen    map[protoreflect.FullName]bool
	summary descriptorSummary
}

func (j *descriptorJudge) note(name protoreflect.FullName, format string, args ...any) {
	j.found = append(j.found, string(name)+": "+fmt.Sprintf(format, args...))
}

func (j *descriptorJudge) same(name protoreflect.FullName, what string, ours, theirs any) {
	if ours != theirs {
		j.note(name, "%s: ours %v, theirs %v", what, ours, theirs)
	}
}

func (j *descriptorJudge) file(file protoreflect.FileDescriptor) {
	j.same(protoreflect.FullName(file.Path()), "syntax", file.Syntax(), protoreflect.Proto3)
	for i := range file.Messages().Len() {
		j.message(file.Messages().Get(i))
	}
	for i := range file.Enums().Len() {
		j.enum(file.Enums().Get(i))
	}
	for i := range file.Services().Len() {
		j.service(file.Services().Get(i))
	}
}

// counterpart finds the SDK's descriptor of the same full name and kind.
func counterpart[D protoreflect.Descriptor](j *descriptorJudge, ours D) (D, bool) {
	var none D
	j.seen[ours.FullName()] = true
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(ours.FullName())
	if err != nil {
		j.note(ours.FullName(), "theirs has no such name")
		return none, false
	}
	theirs, ok := found.(D)
	if !ok {
		j.note(ours.FullName(), "is something else in theirs")
		return none, false
	}
	j.same(ours.FullName(), "file", ours.ParentFile().Path(), theirs.ParentFile().Path())
	return theirs, true
}

func (j *descriptorJudge) message(ours protoreflect.MessageDescriptor) {
	theirs, ok := counterpart(j, ours)
	if !ok {
		return
	}
	j.summary.Messages++
	for i := range ours.Messages().Len() {
		j.message(ours.Messages().Get(i))
	}
	for i := range ours.Enums().Len() {
		j.enum(ours.Enums().Get(i))
	}
	if mayBeEmpty(theirs) && ours.Fields().Len() == 0 {
		return
	}
	for i := range theirs.Fields().Len() {
		if fd := theirs.Fields().Get(i); ours.Fields().ByNumber(fd.Number()) == nil {
			j.note(fd.FullName(), "missing in ours (number %d)", fd.Number())
		}
	}
	for i := range ours.Fields().Len() {
		fd := ours.Fields().Get(i)
		if other := theirs.Fields().ByNumber(fd.Number()); other != nil {
			j.field(fd, other)
		} else {
			j.note(fd.FullName(), "theirs has no field number %d", fd.Number())
		}
	}
	j.oneofs(ours, theirs)
}

// mayBeEmpty: no ticket is ever read by a connector without tickets.
func mayBeEmpty(theirs protoreflect.MessageDescriptor) bool {
	return theirs.ParentFile().Path() == "c1/connector/v2/ticket.proto"
}

func (j *descriptorJudge) field(ours, theirs protoreflect.FieldDescriptor) {
	j.summary.Fields++
	name := ours.FullName()
	j.same(name, "name", ours.Name(), theirs.Name())
	j.same(name, "JSON name", ours.JSONName(), theirs.JSONName())
	j.same(name, "kind", ours.Kind(), theirs.Kind())
	j.same(name, "cardinality", ours.Cardinality(), theirs.Cardinality())
	j.same(name, "map", ours.IsMap(), theirs.IsMap())
	j.same(name, "optional", ours.HasOptionalKeyword(), theirs.HasOptionalKeyword())
	j.same(name, "presence", ours.HasPresence(), theirs.HasPresence())
	j.same(name, "packed", ours.IsPacked(), theirs.IsPacked())
	j.same(name, "oneof", oneofName(ours), oneofName(theirs))
	j.same(name, "type", typeName(ours), typeName(theirs))
	j.fieldRules(ours, theirs)
}

// oneofName leaves out the oneof that "optional" makes behind the scenes.
func oneofName(fd protoreflect.FieldDescriptor) protoreflect.Name {
	if oneof := fd.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
		return oneof.Name()
	}
	return "none"
}

func typeName(fd protoreflect.FieldDescriptor) protoreflect.FullName {
	switch {
	case fd.Message() != nil:
		return fd.Message().FullName()
	case fd.Enum() != nil:
		return fd.Enum().FullName()
	default:
		return "scalar"
	}
}

func (j *descriptorJudge) enum(ours protoreflect.EnumDescriptor) {
	theirs, ok := counterpart(j, ours)
	if !ok {
		return
	}
	j.summary.Enums++
	a, b := valuesOf(ours), valuesOf(theirs)
	j.summary.Values += len(a)
	for _, name := range unionOfKeys(a, b) {
		ourNumber, inOurs := a[name]
		theirNumber, inTheirs := b[name]
		switch {
		case !inOurs:
			j.note(ours.FullName(), "value %s=%d is missing in ours", name, theirNumber)
		case !inTheirs:
			j.note(ours.FullName(), "theirs has no value %s=%d", name, ourNumber)
		default:
			j.same(ours.FullName(), "number of "+name, ourNumber, theirNumber)
		}
	}
}

func valuesOf(enum protoreflect.EnumDescriptor) map[string]protoreflect.EnumNumber {
	values := map[string]protoreflect.EnumNumber{}
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		values[string(value.Name())] = value.Number()
	}
	return values
}

func (j *descriptorJudge) service(ours protoreflect.ServiceDescriptor) {
	theirs, ok := counterpart(j, ours)
	if !ok {
		return
	}
	j.summary.Services++
	for i := range theirs.Methods().Len() {
		if method := theirs.Methods().Get(i); ours.Methods().ByName(method.Name()) == nil {
			j.note(method.FullName(), "method is missing in ours")
		}
	}
	for i := range ours.Methods().Len() {
		method := ours.Methods().Get(i)
		other := theirs.Methods().ByName(method.Name())
		if other == nil {
			j.note(method.FullName(), "theirs has no such method")
			continue
		}
		j.summary.Methods++
		j.same(method.FullName(), "input", method.Input().FullName(), other.Input().FullName())
		j.same(method.FullName(), "output", method.Output().FullName(), other.Output().FullName())
		j.same(method.FullName(), "client stream", method.IsStreamingClient(), other.IsStreamingClient())
		j.same(method.FullName(), "server stream", method.IsStreamingServer(), other.IsStreamingServer())
	}
}

// leftOut lists what theirs has and ours has not. That is an error for the
// services that a connector process registers, and fine for the rest.
func (j *descriptorJudge) leftOut() {
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(file.Package()), "c1.") {
			return true
		}
		mandatory := file.Package() == connectorPackage || file.Package() == rateLimitPackage
		for i := range file.Services().Len() {
			name := file.Services().Get(i).FullName()
			switch {
			case j.seen[name]:
			case mandatory && name != schemaService:
				j.note(name, "service is missing in ours")
			default:
				j.summary.Unserved = append(j.summary.Unserved, string(name))
			}
		}
		if mandatory {
			for i := range file.Messages().Len() {
				if name := file.Messages().Get(i).FullName(); !j.seen[name] {
					j.summary.LeftOut = append(j.summary.LeftOut, string(name))
				}
			}
		}
		return true
	})
}
