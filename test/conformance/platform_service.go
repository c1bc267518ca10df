package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	batonv1 "github.com/conductorone/baton-sdk/pb/c1/connectorapi/baton/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

const pollInterval = 50 * time.Millisecond

// uploaded is what came over one UploadAsset stream.
type uploaded struct {
	// Chunks are the sizes of the data messages.
	Chunks []int `json:"chunks"`
	// Order are the kinds of the messages, each once in a row.
	Order []string `json:"order"`
	// Checksum says whether it is that of the data.
	Checksum bool   `json:"checksum"`
	File     string `json:"file"`
}

func (p *platform) Hello(ctx context.Context, request *batonv1.BatonServiceHelloRequest) (*batonv1.BatonServiceHelloResponse, error) {
	if err := p.take(ctx, "Hello", request.GetTaskId(), request); err != nil {
		return nil, err
	}
	return &batonv1.BatonServiceHelloResponse{}, nil
}

// GetTask shows in the transcript when a task is given out: the number of the
// other polls depends on the speed of the machine.
func (p *platform) GetTask(ctx context.Context, request *batonv1.BatonServiceGetTaskRequest) (*batonv1.BatonServiceGetTaskResponse, error) {
	if err := p.authorize(ctx); err != nil {
		return nil, err
	}
	task := p.script.poll()
	if task != nil {
		p.note(transcriptLine{Call: "GetTask", Task: task.GetId(), Headers: headersIn(ctx), Request: jsonOf(request)})
	}
	return batonv1.BatonServiceGetTaskResponse_builder{Task: task, NextPoll: durationpb.New(pollInterval)}.Build(), nil
}

// GetTasks shows in the transcript when a task is given out, and when the
// daemon, while it does one, asks for something else than the last time.
func (p *platform) GetTasks(ctx context.Context, request *batonv1.BatonServiceGetTasksRequest) (*batonv1.BatonServiceGetTasksResponse, error) {
	if err := p.authorize(ctx); err != nil {
		return nil, err
	}
	var tasks []*batonv1.Task
	line := transcriptLine{Call: "GetTasks", Headers: headersIn(ctx), Request: jsonOf(request)}
	if task := p.script.poll(); task != nil {
		tasks = append(tasks, task)
		line.Task = task.GetId()
	}
	p.mu.Lock()
	news := !proto.Equal(request, p.asked)
	p.asked = request
	p.mu.Unlock()
	if line.Task != "" || news && p.script.isBusy() {
		p.note(line)
	}
	return batonv1.BatonServiceGetTasksResponse_builder{Tasks: tasks, NextPoll: durationpb.New(pollInterval)}.Build(), nil
}

func (p *platform) Heartbeat(ctx context.Context, request *batonv1.BatonServiceHeartbeatRequest) (*batonv1.BatonServiceHeartbeatResponse, error) {
	if err := p.take(ctx, "Heartbeat", request.GetTaskId(), request); err != nil {
		return nil, err
	}
	next, cancelled := p.script.heartbeat(request.GetTaskId())
	return batonv1.BatonServiceHeartbeatResponse_builder{NextHeartbeat: durationpb.New(next), Cancelled: cancelled}.Build(), nil
}

func (p *platform) FinishTask(ctx context.Context, request *batonv1.BatonServiceFinishTaskRequest) (*batonv1.BatonServiceFinishTaskResponse, error) {
	err := p.take(ctx, "FinishTask", request.GetTaskId(), request)
	// A report that was refused is not sent again: the task is over.
	p.script.finish(request.GetTaskId())
	if err != nil {
		return nil, err
	}
	return &batonv1.BatonServiceFinishTaskResponse{}, nil
}

func (p *platform) UploadAsset(stream grpc.ClientStreamingServer[batonv1.BatonServiceUploadAssetRequest, batonv1.BatonServiceUploadAssetResponse]) error {
	ctx := stream.Context()
	if err := p.authorize(ctx); err != nil {
		return err
	}
	about, result, err := p.receive(stream)
	if err != nil {
		p.note(transcriptLine{Call: "UploadAsset", Failure: err.Error()})
		return status.Error(codes.InvalidArgument, err.Error())
	}
	line := transcriptLine{Call: "UploadAsset", Task: about.GetTaskId(), Headers: headersIn(ctx), Request: jsonOf(about), Upload: result}
	if err := p.refuse("UploadAsset", line); err != nil {
		return err
	}
	return stream.SendAndClose(&batonv1.BatonServiceUploadAssetResponse{})
}

// receive writes the data of the stream into a file of its own.
func (p *platform) receive(stream grpc.ClientStreamingServer[batonv1.BatonServiceUploadAssetRequest, batonv1.BatonServiceUploadAssetResponse]) (*batonv1.BatonServiceUploadAssetRequest_UploadMetadata, *uploaded, error) {
	p.mu.Lock()
	p.files++
	path := filepath.Join(p.uploads, fmt.Sprintf("upload-%d.c1z", p.files))
	p.mu.Unlock()
	file, err := os.Create(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	var about *batonv1.BatonServiceUploadAssetRequest_UploadMetadata
	var checksum []byte
	hash := sha256.New()
	result := &uploaded{File: path}
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		kind := ""
		switch message.WhichMsg() {
		case batonv1.BatonServiceUploadAssetRequest_Metadata_case:
			kind, about = "metadata", message.GetMetadata()
		case batonv1.BatonServiceUploadAssetRequest_Data_case:
			kind = "data"
			data := message.GetData().GetData()
			result.Chunks = append(result.Chunks, len(data))
			if _, err := io.MultiWriter(hash, file).Write(data); err != nil {
				return nil, nil, err
			}
		case batonv1.BatonServiceUploadAssetRequest_Eof_case:
			kind, checksum = "eof", message.GetEof().GetSha256Checksum()
		}
		if last := len(result.Order) - 1; last < 0 || result.Order[last] != kind {
			result.Order = append(result.Order, kind)
		}
	}
	result.Checksum = bytes.Equal(checksum, hash.Sum(nil))
	return about, result, file.Close()
}

// take writes a call down and decides whether it is refused.
func (p *platform) take(ctx context.Context, call, taskID string, request proto.Message) error {
	if err := p.authorize(ctx); err != nil {
		return err
	}
	return p.refuse(call, transcriptLine{Call: call, Task: taskID, Headers: headersIn(ctx), Request: jsonOf(request)})
}

func (p *platform) refuse(call string, line transcriptLine) error {
	err := p.script.refusal(call, line.Task)
	if err != nil {
		line.Refused = status.Code(err).String()
	}
	p.note(line)
	return err
}

func (p *platform) authorize(ctx context.Context) error {
	md, _ := metadata.FromIncomingContext(ctx)
	if values := md.Get("authorization"); len(values) == 1 && values[0] == "Bearer "+p.desk.token {
		return nil
	}
	return status.Error(codes.Unauthenticated, "the token is not right")
}

func headersIn(ctx context.Context) map[string]string {
	headers, _ := ctx.Value(headersKey{}).(map[string]string)
	return headers
}

// jsonOf has a message whole: with the content of an Any, where this SDK
// knows its type, and as bytes otherwise.
func jsonOf(message proto.Message) json.RawMessage {
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err == nil {
		return text
	}
	raw, _ := proto.Marshal(message)
	text, _ = json.Marshal(map[string]string{"unreadable": err.Error(), "bytes": base64.StdEncoding.EncodeToString(raw)})
	return text
}
