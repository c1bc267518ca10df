package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	_ "modernc.org/sqlite"
)

// rowTables are the tables of a v1 file that hold one row for each object.
var rowTables = []string{"v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"}

// isBookkeeping names columns that describe the run or the storage, not
// about the directory.
func isBookkeeping(column string) bool {
	switch column {
	case "id", "sync_id", "discovered_at":
		return true
	default:
		return false
	}
}

var sqlComment = regexp.MustCompile(`--[^\n]*`)

// rawRow is one SQLite row: column name to value as stored. Every value can
// be compared with ==.
type rawRow map[string]any

// blob is a value stored as BLOB; text with the same bytes is not equal to it.
type blob string

// openRaw unpacks a v1 file with the SDK's decoder, next to other temporary
// files in tmp, and opens the database inside it.
func openRaw(ctx context.Context, file, tmp string) (_ *sql.DB, err error) {
	packed, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	decoder, err := dotc1z.NewC1ZFileDecoder(packed, dotc1z.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	defer decoder.Close()
	dir, err := os.MkdirTemp(tmp, "raw-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, "db")
	unpacked, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(unpacked, decoder); err != nil {
		return nil, errors.Join(fmt.Errorf("unpack %s: %w", file, err), unpacked.Close())
	}
	if err := unpacked.Close(); err != nil {
		return nil, err
	}
	return sql.Open("sqlite", path)
}

// readSchema returns the file's own CREATE statements, in order of creation.
func readSchema(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, "select sql from sqlite_master where sql is not null order by rowid")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var statements []string
	for rows.Next() {
		var statement string
		if err := rows.Scan(&statement); err != nil {
			return nil, err
		}
		statements = append(statements, statement)
	}
	return statements, rows.Err()
}

// normaliseStatement makes statements comparable that differ in layout only.
func normaliseStatement(statement string) string {
	statement = sqlComment.ReplaceAllString(statement, "")
	statement = strings.ToLower(strings.Join(strings.Fields(statement), " "))
	for _, mark := range []string{"(", ")", ","} {
		statement = strings.ReplaceAll(statement, " "+mark, mark)
		statement = strings.ReplaceAll(statement, mark+" ", mark)
	}
	return strings.NewReplacer("`", "", `"`, "", "if not exists ", "").Replace(statement)
}

// readTable reads the rows of one sync; an empty syncID means all rows.
func readTable(ctx context.Context, db *sql.DB, table, syncID string) ([]rawRow, error) {
	// The driver would parse columns declared datetime and so hide what is
	// stored; a cast shows the stored text.
	columns, err := columnsOf(ctx, db, table)
	if err != nil {
		return nil, err
	}
	selected := make([]string, len(columns))
	for i, column := range columns {
		selected[i] = fmt.Sprintf("%q", column)
		if strings.HasSuffix(column, "_at") {
			selected[i] = fmt.Sprintf("cast(%q as text)", column)
		}
	}
	query := fmt.Sprintf("select %s from %s", strings.Join(selected, ", "), table)
	args := []any{}
	if syncID != "" {
		query += " where sync_id = ?"
		args = append(args, syncID)
	}
	rows, err := db.QueryContext(ctx, query+" order by id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []rawRow
	for rows.Next() {
		values := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		row := rawRow{}
		for i, column := range columns {
			if stored, ok := values[i].([]byte); ok {
				values[i] = blob(stored)
			}
			row[column] = values[i]
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func columnsOf(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, "select name from pragma_table_info(?) order by cid", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var columns []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns = append(columns, name)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("table %s does not exist", table)
	}
	if !slices.Contains(columns, "id") {
		return nil, fmt.Errorf("table %s has no column id", table)
	}
	return columns, nil
}
