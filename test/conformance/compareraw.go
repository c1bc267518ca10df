package main

import (
	"context"
	"database/sql"
	"fmt"
)

// compareRaw compares the contents of the SQLite files themselves: the rows of
// the two runs column by column, and the schemas when asked. It returns the
// differences and how many rows differ in stored bytes only.
func compareRaw(ctx context.Context, ours, theirs, ourSync, theirSync, tmp string, strict, schema bool) (found []string, otherBytes int, err error) {
	a, err := openRaw(ctx, ours, tmp)
	if err != nil {
		return nil, 0, err
	}
	defer a.Close()
	b, err := openRaw(ctx, theirs, tmp)
	if err != nil {
		return nil, 0, err
	}
	defer b.Close()
	for _, table := range rowTables {
		ourRows, err := rowsByID(ctx, a, table, ourSync)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", ours, err)
		}
		theirRows, err := rowsByID(ctx, b, table, theirSync)
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", theirs, err)
		}
		lines, blobs := compareColumns(table, ourRows, theirRows)
		found = append(found, lines...)
		otherBytes += len(blobs)
		if strict {
			found = append(found, blobs...)
		}
	}
	if schema {
		lines, err := compareSchemas(ctx, a, b)
		if err != nil {
			return nil, 0, err
		}
		found = append(found, lines...)
	}
	return found, otherBytes, nil
}

// rowsByID keys rows by external_id; a row that comes again gets a key of its
// own, so that it shows as a difference instead of hiding the first.
func rowsByID(ctx context.Context, db *sql.DB, table, syncID string) (map[string]rawRow, error) {
	rows, err := readTable(ctx, db, table, syncID)
	if err != nil {
		return nil, err
	}
	keyed := map[string]rawRow{}
	for _, row := range rows {
		id := fmt.Sprint(row["external_id"])
		for _, taken := keyed[id]; taken; _, taken = keyed[id] {
			id += " (again)"
		}
		keyed[id] = row
	}
	return keyed, nil
}

// compareColumns returns differing content columns, and apart from them the
// rows whose message blob differs: compareRows judges those as messages.
func compareColumns(table string, ours, theirs map[string]rawRow) (found, blobs []string) {
	for _, key := range unionOfKeys(ours, theirs) {
		a, inOurs := ours[key]
		b, inTheirs := theirs[key]
		switch {
		case !inOurs:
			found = append(found, fmt.Sprintf("%s %s: row missing in ours", table, key))
			continue
		case !inTheirs:
			found = append(found, fmt.Sprintf("%s %s: row missing in theirs", table, key))
			continue
		}
		for _, column := range unionOfKeys(a, b) {
			if isBookkeeping(column) {
				continue
			}
			first, inA := a[column]
			second, inB := b[column]
			if inA && inB && first == second {
				continue
			}
			line := fmt.Sprintf("%s %s: column %s: ours %s, theirs %s", table, key, column, showColumn(inA, first), showColumn(inB, second))
			if column == "data" && inA && inB {
				blobs = append(blobs, line)
			} else {
				found = append(found, line)
			}
		}
	}
	return found, blobs
}

func showColumn(exists bool, value any) string {
	switch v := value.(type) {
	case nil:
		if !exists {
			return "does not exist"
		}
		return "NULL"
	case blob:
		return fmt.Sprintf("blob of %d bytes", len(v))
	case string:
		return fmt.Sprintf("%q", v)
	default:
		return fmt.Sprint(v)
	}
}

func compareSchemas(ctx context.Context, a, b *sql.DB) ([]string, error) {
	ours, err := schemaSet(ctx, a)
	if err != nil {
		return nil, err
	}
	theirs, err := schemaSet(ctx, b)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, statement := range unionOfKeys(ours, theirs) {
		if !ours[statement] {
			found = append(found, "schema: missing in ours: "+statement)
		}
		if !theirs[statement] {
			found = append(found, "schema: missing in theirs: "+statement)
		}
	}
	return found, nil
}

func schemaSet(ctx context.Context, db *sql.DB) (map[string]bool, error) {
	statements, err := readSchema(ctx, db)
	if err != nil {
		return nil, err
	}
	set := map[string]bool{}
	for _, statement := range statements {
		set[normaliseStatement(statement)] = true
	}
	return set, nil
}
