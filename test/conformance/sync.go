package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	connectorv2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	"github.com/conductorone/baton-sdk/pkg/bid"
	"github.com/conductorone/baton-sdk/pkg/connectorclient"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	sdksync "github.com/conductorone/baton-sdk/pkg/sync"
	"github.com/grpc-ecosystem/go-grpc-middleware/logging/zap/ctxzap"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// syncSummary is the one JSON line that a successful sync prints.
type syncSummary struct {
	SyncID       string          `json:"sync_id"`
	Engine       string          `json:"engine"`
	Format       string          `json:"format"`
	Workers      int             `json:"workers"`
	ElapsedMs    int64           `json:"elapsed_ms"`
	Counts       map[string]int  `json:"counts"`
	Resources    map[string]int  `json:"resources_by_type"`
	Entitlements map[string]int  `json:"entitlements_by_type"`
	Grants       map[string]int  `json:"grants_by_type"`
	Warnings     []loggedWarning `json:"warnings"`
	// Calls counts the RPCs by full method name, retries included.
	Calls map[string]int `json:"calls"`
}

type loggedWarning struct {
	Level   string         `json:"level"`
	Message string         `json:"message"`
	Fields  map[string]any `json:"fields,omitempty"`
}

func runSync(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("sync", flag.ContinueOnError)
	address := fs.String("address", "", "host:port of a plaintext connector server")
	file := fs.String("file", "", "c1z file to write")
	workers := fs.Int("workers", 0, "0 sequential, n parallel workers, -1 as many as CPUs (at most 4)")
	engine := fs.String("engine", "sqlite", "storage engine: sqlite or pebble")
	targets := fs.String("targets", "", "bids of the only resources to sync, separated by commas")
	types := fs.String("types", "", "the only resource types to sync, separated by commas")
	skipEntitlements := fs.Bool("skip-entitlements-and-grants", false, "sync resources only")
	skipGrants := fs.Bool("skip-grants", false, "sync no grants")
	failFast := fs.Bool("fail-fast", false, "every ingest invariant fails the sync")
	asWrapper := fs.Bool("as-wrapper", false, "ask RateLimiterService around every call")
	timeout := fs.Duration("timeout", 10*time.Minute, "give up after this long")
	verbose := fs.Bool("verbose", false, "print the SDK's whole log on stderr")
	if err := parseFlags(fs, args, stderr, "address", "file"); err != nil {
		return err
	}
	storage := c1zstore.Engine(*engine)
	if storage != c1zstore.EngineSQLite && storage != c1zstore.EnginePebble {
		return fmt.Errorf("%w: --engine %q: want sqlite or pebble", errUsage, *engine)
	}

	ctx, cancel := context.WithTimeout(ctx, *timeout)
	defer cancel()
	warnings := &warningCollector{}
	ctx = ctxzap.ToContext(ctx, newLogger(stderr, *verbose, warnings))

	calls := &callCounter{counts: map[string]int{}}
	conn, err := dial(*address, *asWrapper, calls.count)
	if err != nil {
		return err
	}
	defer conn.Close()

	tmp, err := os.MkdirTemp("", "conformance-sync-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)

	opts := []sdksync.SyncOpt{
		sdksync.WithC1ZPath(*file),
		sdksync.WithTmpDir(tmp),
		sdksync.WithStorageEngine(storage),
		sdksync.WithWorkerCount(*workers),
	}
	chosen, err := chosenResources(*targets)
	if err != nil {
		return err
	}
	opts = append(opts,
		sdksync.WithTargetedSyncResources(chosen),
		sdksync.WithSkipEntitlementsAndGrants(*skipEntitlements),
		sdksync.WithSkipGrants(*skipGrants),
	)
	if *types != "" {
		opts = append(opts, sdksync.WithSyncResourceTypes(strings.Split(*types, ",")))
	}
	if *failFast {
		opts = append(opts, sdksync.WithFailFastInvariants())
	}
	syncer, err := sdksync.NewSyncer(ctx, connectorclient.NewConnectorClient(ctx, conn), opts...)
	if err != nil {
		return err
	}

	started := time.Now()
	syncErr := syncer.Sync(ctx)
	if err := errors.Join(syncErr, syncer.Close(context.WithoutCancel(ctx))); err != nil {
		_ = writeJSON(stderr, map[string]any{"warnings": warnings.list()})
		return err
	}

	summary, err := summarise(ctx, *file, tmp)
	if err != nil {
		return err
	}
	summary.Workers = *workers
	summary.ElapsedMs = time.Since(started).Milliseconds()
	summary.Warnings = warnings.list()
	summary.Calls = calls.counts
	return writeJSON(stdout, summary)
}

func chosenResources(targets string) ([]*connectorv2.Resource, error) {
	if targets == "" {
		return nil, nil
	}
	var resources []*connectorv2.Resource
	for _, target := range strings.Split(targets, ",") {
		resource, err := bid.ParseResourceBid(target)
		if err != nil {
			return nil, fmt.Errorf("%w: --targets: %w", errUsage, err)
		}
		resources = append(resources, resource)
	}
	return resources, nil
}

func summarise(ctx context.Context, file, tmp string) (*syncSummary, error) {
	content, err := readContent(ctx, file, tmp)
	if err != nil {
		return nil, err
	}
	meta := content.metadata
	return &syncSummary{
		SyncID: content.syncID,
		Engine: meta.Engine,
		Format: meta.Format,
		Counts: map[string]int{
			"resource_types": len(content.resourceTypes),
			"resources":      len(content.resources),
			"entitlements":   len(content.entitlements),
			"grants":         len(content.grants),
		},
		Resources:    countBy(content.resources, resourceTypeOfResource),
		Entitlements: countBy(content.entitlements, resourceTypeOfEntitlement),
		Grants:       countBy(content.grants, resourceTypeOfGrant),
	}, nil
}

// openLatest opens file read-only and names its latest finished sync.
func openLatest(ctx context.Context, file, tmp string) (c1zstore.Store, string, error) {
	store, err := dotc1z.NewStore(ctx, file, dotc1z.WithReadOnly(true), dotc1z.WithTmpDir(tmp))
	if err != nil {
		return nil, "", fmt.Errorf("open %s: %w", file, err)
	}
	finder, ok := store.(connectorstore.LatestFinishedSyncIDFetcher)
	if !ok {
		return nil, "", errors.Join(fmt.Errorf("open %s: store %T cannot name its latest sync", file, store), store.Close(ctx))
	}
	syncID, err := finder.LatestFinishedSyncID(ctx, connectorstore.SyncTypeAny)
	if err == nil && syncID == "" {
		err = errors.New("no finished sync")
	}
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("%s: %w", file, err), store.Close(ctx))
	}
	return store, syncID, nil
}

// warningCollector is a zap core that keeps every warning and error.
type warningCollector struct {
	mu   sync.Mutex
	seen []loggedWarning
}

func (w *warningCollector) list() []loggedWarning {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.seen == nil {
		return []loggedWarning{}
	}
	return slices.Clone(w.seen)
}

type collectingCore struct {
	collector *warningCollector
	fields    []zapcore.Field
}

func (c collectingCore) Enabled(level zapcore.Level) bool { return level >= zapcore.WarnLevel }

func (c collectingCore) With(fields []zapcore.Field) zapcore.Core {
	return collectingCore{c.collector, slices.Concat(c.fields, fields)}
}

func (c collectingCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

func (c collectingCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	enc := zapcore.NewMapObjectEncoder()
	for _, field := range slices.Concat(c.fields, fields) {
		field.AddTo(enc)
	}
	c.collector.mu.Lock()
	defer c.collector.mu.Unlock()
	c.collector.seen = append(c.collector.seen, loggedWarning{entry.Level.String(), entry.Message, enc.Fields})
	return nil
}

func (c collectingCore) Sync() error { return nil }

func newLogger(stderr io.Writer, verbose bool, warnings *warningCollector) *zap.Logger {
	cores := []zapcore.Core{collectingCore{collector: warnings}}
	if verbose {
		enc := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
		cores = append(cores, zapcore.NewCore(enc, zapcore.AddSync(stderr), zapcore.DebugLevel))
	}
	return zap.New(zapcore.NewTee(cores...))
}
