package main

import (
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/conductorone/baton-sdk/pkg/dotc1z"
)

// runDump prints a v1 file: with --schema its CREATE statements, otherwise
// every run and row as JSON lines. Blobs come as base64.
func runDump(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	fs := flag.NewFlagSet("dump", flag.ContinueOnError)
	file := fs.String("file", "", "c1z file (v1, SQLite)")
	schema := fs.Bool("schema", false, "print the CREATE statements only")
	if err := parseFlags(fs, args, stderr, "file"); err != nil {
		return err
	}
	if err := requireV1(*file); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "conformance-dump-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	db, err := openRaw(ctx, *file, tmp)
	if err != nil {
		return err
	}
	defer db.Close()
	if *schema {
		statements, err := readSchema(ctx, db)
		if err != nil {
			return err
		}
		for _, statement := range statements {
			fmt.Fprintf(stdout, "%s;\n", statement)
		}
		return nil
	}
	for _, table := range append([]string{"v1_sync_runs"}, rowTables...) {
		rows, err := readTable(ctx, db, table, "")
		if err != nil {
			return err
		}
		for _, row := range rows {
			for column, value := range row {
				if stored, ok := value.(blob); ok {
					row[column] = base64.StdEncoding.EncodeToString([]byte(stored))
				}
			}
			if err := writeJSON(stdout, map[string]any{"table": table, "row": row}); err != nil {
				return err
			}
		}
	}
	return nil
}

// requireV1 refuses a file that holds no SQLite database.
func requireV1(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	format, err := dotc1z.ReadHeaderFormat(f)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if format != dotc1z.C1ZFormatV1 {
		return fmt.Errorf("%s is a %s file, not v1 (SQLite)", file, format)
	}
	return nil
}
