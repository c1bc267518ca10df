package main

import (
	"bytes"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
)

// diffMessages names every field in which two messages of one type differ,
// as "path: ours …, theirs …". An empty result means equal messages.
func diffMessages(ours, theirs proto.Message) []string {
	d := &differ{}
	d.message("", ours.ProtoReflect(), theirs.ProtoReflect())
	if len(d.found) == 0 && !proto.Equal(ours, theirs) {
		d.note("", "messages are not equal, but every known field is")
	}
	return d.found
}

type differ struct{ found []string }

func (d *differ) note(path, format string, args ...any) {
	if path == "" {
		path = "message"
	}
	d.found = append(d.found, path+": "+fmt.Sprintf(format, args...))
}

func (d *differ) message(path string, ours, theirs protoreflect.Message) {
	if a, ok := ours.Interface().(*anypb.Any); ok {
		if b, ok := theirs.Interface().(*anypb.Any); ok {
			d.packed(path, a, b)
			return
		}
	}
	fields := ours.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		name := join(path, string(fd.Name()))
		switch {
		case fd.IsList():
			d.list(name, fd, ours.Get(fd).List(), theirs.Get(fd).List())
		case fd.IsMap():
			d.mapping(name, fd, ours.Get(fd).Map(), theirs.Get(fd).Map())
		case ours.Has(fd) != theirs.Has(fd):
			d.note(name, "ours %s, theirs %s", show(fd, ours), show(fd, theirs))
		case ours.Has(fd):
			d.value(name, fd, ours.Get(fd), theirs.Get(fd))
		}
	}
	if !bytes.Equal(ours.GetUnknown(), theirs.GetUnknown()) {
		d.note(join(path, "unknown fields"), "ours %d bytes, theirs %d bytes", len(ours.GetUnknown()), len(theirs.GetUnknown()))
	}
}

// packed compares what two Anys hold. Equality of Anys is equality of bytes,
// so equal content in other bytes is a difference too.
func (d *differ) packed(path string, ours, theirs *anypb.Any) {
	if ours.GetTypeUrl() != theirs.GetTypeUrl() {
		d.note(path, "ours is %q, theirs is %q", ours.GetTypeUrl(), theirs.GetTypeUrl())
		return
	}
	if bytes.Equal(ours.GetValue(), theirs.GetValue()) {
		return
	}
	before := len(d.found)
	a, errA := ours.UnmarshalNew()
	b, errB := theirs.UnmarshalNew()
	if errA == nil && errB == nil {
		d.message(path+"("+string(ours.MessageName().Name())+")", a.ProtoReflect(), b.ProtoReflect())
	}
	if len(d.found) == before {
		d.note(path, "%s has the same content but was serialised to other bytes", ours.MessageName())
	}
}

func (d *differ) list(path string, fd protoreflect.FieldDescriptor, ours, theirs protoreflect.List) {
	if ours.Len() != theirs.Len() {
		d.note(path, "ours has %d, theirs %d", ours.Len(), theirs.Len())
		return
	}
	for i := range ours.Len() {
		d.value(fmt.Sprintf("%s[%d]", path, i), fd, ours.Get(i), theirs.Get(i))
	}
}

func (d *differ) mapping(path string, fd protoreflect.FieldDescriptor, ours, theirs protoreflect.Map) {
	ours.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		name := fmt.Sprintf("%s[%q]", path, key.String())
		if theirs.Has(key) {
			d.value(name, fd.MapValue(), value, theirs.Get(key))
		} else {
			d.note(name, "only ours has it")
		}
		return true
	})
	theirs.Range(func(key protoreflect.MapKey, _ protoreflect.Value) bool {
		if !ours.Has(key) {
			d.note(fmt.Sprintf("%s[%q]", path, key.String()), "only theirs has it")
		}
		return true
	})
}

func (d *differ) value(path string, fd protoreflect.FieldDescriptor, ours, theirs protoreflect.Value) {
	if fd.Message() != nil {
		d.message(path, ours.Message(), theirs.Message())
		return
	}
	if !ours.Equal(theirs) {
		d.note(path, "ours %s, theirs %s", showValue(fd, ours), showValue(fd, theirs))
	}
}

func show(fd protoreflect.FieldDescriptor, m protoreflect.Message) string {
	if !m.Has(fd) {
		return "unset"
	}
	return showValue(fd, m.Get(fd))
}

func showValue(fd protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return "set"
	case protoreflect.StringKind:
		return fmt.Sprintf("%q", value.String())
	case protoreflect.EnumKind:
		if known := fd.Enum().Values().ByNumber(value.Enum()); known != nil {
			return string(known.Name())
		}
		return fmt.Sprint(value.Enum())
	default:
		return fmt.Sprint(value.Interface())
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
