package main

import (
	"github.com/envoyproxy/protoc-gen-validate/validate"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func (j *descriptorJudge) fieldRules(ours, theirs protoreflect.FieldDescriptor) {
	if j.mode == rulesOff {
		return
	}
	a, b := rulesOf(ours), rulesOf(theirs)
	switch {
	case a == nil && b == nil:
	case a == nil:
		j.summary.WithoutRules = append(j.summary.WithoutRules, string(ours.FullName()))
		if j.mode == rulesAll {
			j.note(ours.FullName(), "rules are missing in ours: %s", showRules(b))
		}
	case b == nil:
		j.note(ours.FullName(), "theirs has no rules, ours %s", showRules(a))
	default:
		j.summary.Rules++
		if !proto.Equal(a, b) {
			j.note(ours.FullName(), "rules: ours %s, theirs %s", showRules(a), showRules(b))
		}
	}
}

func rulesOf(fd protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, ok := proto.GetExtension(fd.Options(), validate.E_Rules).(*validate.FieldRules)
	if !ok || !rules.ProtoReflect().IsValid() || asksNothing(rules) {
		return nil
	}
	return rules
}

// asksNothing: a message rule may spell out "not required", the default.
func asksNothing(rules *validate.FieldRules) bool {
	return rules.GetType() == nil && !rules.GetMessage().GetRequired() && !rules.GetMessage().GetSkip()
}

func showRules(rules *validate.FieldRules) string {
	return "{" + prototext.MarshalOptions{}.Format(rules) + "}"
}

// oneofs compares "this oneof must be set", the one rule that a oneof has.
func (j *descriptorJudge) oneofs(ours, theirs protoreflect.MessageDescriptor) {
	if j.mode == rulesOff {
		return
	}
	for i := range ours.Oneofs().Len() {
		oneof := ours.Oneofs().Get(i)
		other := theirs.Oneofs().ByName(oneof.Name())
		if oneof.IsSynthetic() || other == nil {
			continue // a wrong name is reported at each of its fields
		}
		a, b := mustBeSet(oneof), mustBeSet(other)
		switch {
		case a == b:
			if a {
				j.summary.Rules++
			}
		case b && j.mode == rulesPresent:
			j.summary.WithoutRules = append(j.summary.WithoutRules, string(oneof.FullName()))
		default:
			j.same(oneof.FullName(), "must be set", a, b)
		}
	}
}

func mustBeSet(oneof protoreflect.OneofDescriptor) bool {
	required, _ := proto.GetExtension(oneof.Options(), validate.E_Required).(bool)
	return required
}
