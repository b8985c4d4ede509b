package advertiser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// readNode reads account.json. Its keys become the node's fields, except for the offsets
// with a month in their key: Graph has no such fields, and readZone removes them.
func (f *folder) readNode() error {
	path := filepath.Join(f.dir, accountFile)
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	content = bytes.TrimPrefix(content, []byte(byteOrderMark))
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return fmt.Errorf("%s: expected one JSON object: %w", position(path, content, err), err)
	}
	for key, value := range fields {
		if value != nil { // Graph leaves null values out
			f.node[key] = asGraph(value)
		}
	}
	return f.identify(path)
}

// position returns path with the line and column of a JSON error.
func position(path string, content []byte, err error) string {
	offset := int64(len(content))
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = min(offset, syntax.Offset)
	}
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
		offset = min(offset, kind.Offset)
	}
	before := content[:offset]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n') - 1
	return fmt.Sprintf("%s:%d:%d", path, line, max(1, column))
}

// asGraph converts each json.Number in value: whole numbers to int64, others to float64.
func asGraph(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		n, _ := v.Float64()
		return n
	case []any:
		for i := range v {
			v[i] = asGraph(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = asGraph(v[key])
		}
	}
	return value
}

// identify finds the account's ID. An account without a status is taken to be active,
// because its figures could be exported.
func (f *folder) identify(path string) error {
	for _, key := range []string{"id", "account_id"} {
		value, stands := f.node[key]
		if !stands {
			continue
		}
		digits := strings.TrimPrefix(fmt.Sprint(value), "act_")
		if !isDigits(digits) || f.digits != "" && f.digits != digits {
			return fmt.Errorf("%s: key %s: %q, expected the account's id, act_ and digits", path, key, value)
		}
		f.digits = digits
	}
	if f.digits == "" {
		return fmt.Errorf("%s: expected a key id, act_ and digits", path)
	}
	f.node["id"], f.node["account_id"] = "act_"+f.digits, f.digits
	if _, stands := f.node["account_status"]; !stands {
		f.node["account_status"] = int64(1)
	}
	return nil
}

// ours returns an error if the line names another account.
func (f *folder) ours(l line) error {
	id := strings.TrimPrefix(l.text("account_id"), "act_")
	if id != "" && id != f.digits {
		return l.wrong("account_id", f.digits+", the account of "+accountFile)
	}
	return nil
}
