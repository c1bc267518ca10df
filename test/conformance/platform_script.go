package main

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	batonv1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
)

// scriptLine is one line of input: a task, and how the platform behaves while
// the daemon does it.
type scriptLine struct {
	// Task is in protobuf's JSON form.
	Task json.RawMessage `json:"task"`
	// UnknownKind is the field number of a kind of task that this SDK does not know.
	UnknownKind int32 `json:"unknownKind"`
	// NextHeartbeatMs is a minute by default, so that a short sync has one heartbeat.
	NextHeartbeatMs int64 `json:"nextHeartbeatMs"`
	// CancelAt is the number of the heartbeat that is answered with "cancelled", from 1.
	CancelAt int `json:"cancelAt"`
	// IdlePolls: the task is over after so many further polls. 0 waits for FinishTask.
	IdlePolls int `json:"idlePolls"`
	// IdleAfter is the call of the task after which polls count; "" counts all.
	IdleAfter string `json:"idleAfter"`
	// Refuse says how many calls of each kind are answered with Unavailable.
	Refuse map[string]int `json:"refuse"`
}

type step struct {
	scriptLine
	task       *batonv1.Task
	given      bool
	heartbeats int
	polls      int
	// called are the calls of the task so far.
	called map[string]bool
}

func newStep(line *scriptLine) (*step, error) {
	task := &batonv1.Task{}
	if err := protojson.Unmarshal(line.Task, task); err != nil {
		return nil, fmt.Errorf("%w: task: %v", errUsage, err)
	}
	if line.UnknownKind != 0 {
		kind := protowire.AppendTag(nil, protowire.Number(line.UnknownKind), protowire.BytesType)
		task.ProtoReflect().SetUnknown(protowire.AppendBytes(kind, nil))
	}
	if line.NextHeartbeatMs == 0 {
		line.NextHeartbeatMs = time.Minute.Milliseconds()
	}
	return &step{scriptLine: *line, task: task, called: map[string]bool{"": true}}, nil
}

// script gives tasks out one after the other: the next one when the last one is over.
type script struct {
	mu      sync.Mutex
	waiting []*step
	current *step
	// closed: no further step will come.
	closed bool
	over   chan struct{}
	// settled is called when a task is over.
	settled func(taskID string)
}

func newScript(settled func(taskID string)) *script {
	return &script{settled: settled, over: make(chan struct{})}
}

func (s *script) add(next *step) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, next)
}

// end says that the input has ended. `over` is closed when all tasks are over.
func (s *script) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.closeWhenOver()
}

func (s *script) closeWhenOver() {
	if s.closed && s.current == nil && len(s.waiting) == 0 {
		close(s.over)
		s.closed = false
	}
}

// poll is nil when there is nothing to do.
func (s *script) poll() *batonv1.Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil && len(s.waiting) > 0 {
		s.current, s.waiting = s.waiting[0], s.waiting[1:]
	}
	switch current := s.current; {
	case current == nil:
		return nil
	case !current.given:
		current.given = true
		return current.task
	default:
		if current.called[current.IdleAfter] {
			current.polls++
		}
		if current.polls > 0 && current.polls == current.IdlePolls {
			s.settle()
		}
		return nil
	}
}

func (s *script) isBusy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current != nil
}

// heartbeat counts a heartbeat of the task.
func (s *script) heartbeat(taskID string) (next time.Duration, cancelled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.task.GetId() != taskID {
		return time.Minute, false
	}
	s.current.heartbeats++
	return time.Duration(s.current.NextHeartbeatMs) * time.Millisecond, s.current.heartbeats == s.current.CancelAt
}

// refusal is the fault of a call that the current step wants to fail.
func (s *script) refusal(call, taskID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || s.current.task.GetId() != taskID {
		return nil
	}
	s.current.called[call] = true
	if s.current.Refuse[call] == 0 {
		return nil
	}
	s.current.Refuse[call]--
	return status.Error(codes.Unavailable, "refused by the script")
}

// finish says that the task was reported.
func (s *script) finish(taskID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.task.GetId() == taskID && s.current.IdlePolls == 0 {
		s.settle()
	}
}

func (s *script) settle() {
	taskID := s.current.task.GetId()
	s.current = nil
	s.settled(taskID)
	s.closeWhenOver()
}
