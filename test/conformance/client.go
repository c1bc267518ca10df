package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	ratelimitv1 "github.com/conductorone/baton-sdk/pb/c1/ratelimit/v1"
	"github.com/conductorone/baton-sdk/pkg/ratelimit"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// dial connects in plaintext. With asWrapper the SDK's client interceptor
// asks RateLimiterService before and after every unary call, as the SDK's own
// process wrapper does; inner interceptors run last before the network.
func dial(address string, asWrapper bool, inner ...grpc.UnaryClientInterceptor) (*grpc.ClientConn, error) {
	opts := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if asWrapper {
		var noExtra []*ratelimitv1.RateLimitDescriptors_Entry
		opts = append(opts, grpc.WithChainUnaryInterceptor(ratelimit.UnaryInterceptor(time.Now, noExtra...)))
	}
	opts = append(opts, grpc.WithChainUnaryInterceptor(inner...))
	conn, err := grpc.NewClient("passthrough:///"+address, opts...)
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", address, err)
	}
	return conn, nil
}

// callCounter counts unary calls by full method name.
type callCounter struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *callCounter) count(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	c.mu.Lock()
	c.counts[method]++
	c.mu.Unlock()
	return invoke(ctx, method, req, reply, conn, opts...)
}
