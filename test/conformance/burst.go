package main

import (
	"context"
	"flag"
	"io"
	"sync"
	"time"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"google.golang.org/grpc/status"
)

// burst is what many calls at once brought.
type burst struct {
	// Codes counts the calls by the name of their status code.
	Codes map[string]int `json:"codes"`
	// Messages counts those that failed by their status message.
	Messages map[string]int `json:"messages"`
}

// runBurst makes many calls at once on one connection, which is open before
// the first of them, and reads every answer.
func runBurst(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("burst", flag.ContinueOnError)
	address := fs.String("address", "", "host:port of a plaintext connector server")
	calls := fs.Int("calls", 0, "how many calls of ListResourceTypes")
	timeout := fs.Duration("timeout", time.Minute, "limit of all calls")
	if err := parseFlags(fs, args, stderr, "address", "calls"); err != nil {
		return err
	}
	conn, err := dial(*address, false)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	client := connectorv2.NewResourceTypesServiceClient(conn)
	ask := func() error {
		_, err := client.ListResourceTypes(ctx, &connectorv2.ResourceTypesServiceListResourceTypesRequest{})
		return err
	}
	if err := ask(); err != nil {
		return err
	}
	result := burst{Codes: map[string]int{}, Messages: map[string]int{}}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range *calls {
		all.Go(func() {
			s := status.Convert(ask())
			mu.Lock()
			defer mu.Unlock()
			result.Codes[s.Code().String()]++
			if s.Message() != "" {
				result.Messages[s.Message()]++
			}
		})
	}
	all.Wait()
	return writeJSON(stdout, result)
}
