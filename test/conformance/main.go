// Command conformance is the outside judge of the connector: it runs the
// official Go SDK's own client, syncer, reader and reference server against
// our gRPC service and our sync files.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes: 1 is a verdict against the thing judged, 2 is a wrong call of
// this program.
const (
	exitVerdict = 1
	exitUsage   = 2
)

// errUsage marks an error that the caller's arguments caused.
var errUsage = errors.New("usage")

type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func commands() []command {
	return []command{
		{"sync", "run the SDK's syncer against a server, into a c1z file", runSync},
		{"compare", "compare the latest finished full sync of two c1z files", runCompare},
		{"dump", "print schema, runs and rows of a c1z file", runDump},
		{"descriptors", "compare a FileDescriptorSet with the SDK's descriptors", runDescriptors},
		{"probe", "call every method of every service and print the codes", runProbe},
		{"burst", "make many calls at once on one connection and count the codes", runBurst},
		{"reference", "serve a small connector made with the SDK's connectorbuilder", runReference},
		{"decrypt", "open EncryptedData given on standard input", runDecrypt},
		{"encrypt", "seal passwords given on standard input to a client secret's key", runEncrypt},
		{"perform", "carry out changes given on standard input, and open the passwords that come back", runPerform},
		{"platform", "play the governance platform for one daemon, by a script on standard input", runPlatform},
		{"daemon", "the command line of a connector made with the SDK, run by the SDK's own runner", runDaemon},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := dispatch(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 {
		for _, c := range commands() {
			if c.name != args[0] {
				continue
			}
			err := c.run(ctx, args[1:], stdout, stderr)
			switch {
			case err == nil, errors.Is(err, flag.ErrHelp):
				return 0
			case errors.Is(err, errUsage):
				fmt.Fprintf(stderr, "conformance %s: %v\n", c.name, err)
				return exitUsage
			default:
				fmt.Fprintf(stderr, "conformance %s: %v\n", c.name, err)
				return exitVerdict
			}
		}
		fmt.Fprintf(stderr, "conformance: unknown command %q\n", args[0])
	}
	fmt.Fprintln(stderr, "usage: conformance <command> [flags]; commands:")
	for _, c := range commands() {
		fmt.Fprintf(stderr, "  %-12s %s\n", c.name, c.summary)
	}
	return exitUsage
}

// parseFlags parses args and insists that every flag named in required was
// given a value.
func parseFlags(fs *flag.FlagSet, args []string, stderr io.Writer, required ...string) error {
	fs.SetOutput(stderr)
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return fmt.Errorf("%w: %v", errUsage, err)
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%w: unexpected argument %q", errUsage, fs.Arg(0))
	}
	for _, name := range required {
		if fs.Lookup(name).Value.String() == "" {
			return fmt.Errorf("%w: --%s is required", errUsage, name)
		}
	}
	return nil
}

func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(value)
}
