package facebookads_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

const recordings = "../../../../shared/recordings"

var recorded = adtally.Account{ID: "1", Currency: "USD", Zone: "UTC"}

// page is a recorded answer that one of the streams reads.
type page struct {
	file, stream string
	body         []byte
	list         bool
}

// A recorded page is decoded twice, by the connector and by encoding/json; the
// connector must not lose a value.
func TestDecode_RecordingsLoseNoValue(t *testing.T) {
	t.Parallel()
	pages := recordedPages(t)
	rows := 0
	for _, p := range pages {
		batches, err := facebookads.DecodePage(p.stream, recorded, p.body, p.list)
		if err != nil {
			t.Errorf("%s: %v", p.file, err)
			continue
		}
		rows += comparePage(t, p, batches)
		for _, b := range batches {
			b.Release()
		}
	}
	if len(pages) < 80 || rows < 5000 {
		t.Errorf("only %d pages with %d rows were found", len(pages), rows)
	}
	t.Logf("%d pages, %d rows", len(pages), rows)
}

func recordedPages(t *testing.T) (pages []page) {
	t.Helper()
	files, err := filepath.Glob(recordings + "/*/*.json")
	if err != nil || len(files) == 0 {
		t.Skipf("no recordings at %s: this test needs the shared folder beside the project", recordings)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, pagesOf(t, f, raw)...)
	}
	return pages
}

type exchange struct {
	Request  struct{ Path string }
	Response struct {
		Status int
		Body   json.RawMessage
	}
}

func pagesOf(t *testing.T, file string, raw []byte) (pages []page) {
	t.Helper()
	var f struct {
		exchange
		Interactions []exchange
		Columns      []string
		Rows         [][]string
	}
	if json.Unmarshal(raw, &f) != nil {
		return nil // not an exchange: lists of observations and the like
	}
	if len(f.Columns) > 0 {
		return extracted(t, file, f.Columns, f.Rows)
	}
	for _, x := range append(f.Interactions, f.exchange) {
		stream := streamOf(x.Request.Path)
		if stream == "" || x.Response.Status != 200 || bytes.HasPrefix(bytes.TrimSpace(x.Response.Body), []byte(`{"error"`)) {
			continue
		}
		var shape struct{ Data json.RawMessage }
		if json.Unmarshal(x.Response.Body, &shape) != nil || len(x.Response.Body) == 0 {
			continue
		}
		if shape.Data == nil && stream != "ad_accounts" {
			continue // the answer to a POST
		}
		pages = append(pages, page{filepath.Base(file), stream, x.Response.Body, shape.Data != nil})
	}
	return pages
}

var edges = map[string]string{"campaigns": "campaigns", "adsets": "ad_sets", "ads": "ads", "adcreatives": "ad_creatives", "insights": "basic_ad", "adaccounts": "ad_accounts", "adimages": "ad_images", "customconversions": "custom_conversions"}

var accountPath = regexp.MustCompile(`/act_\d+/?$`)

func streamOf(path string) string {
	if accountPath.MatchString(path) {
		return "ad_accounts"
	}
	return edges[path[strings.LastIndex(path, "/")+1:]]
}

// extracted builds a page from rows that another connector read and flattened: an
// empty cell was an absent key, True and False are JSON's.
func extracted(t *testing.T, file string, columns []string, rows [][]string) []page {
	t.Helper()
	name := strings.TrimSuffix(filepath.Base(file), ".json")
	stream := edges[name[strings.LastIndex(name, "_")+1:]]
	if stream == "" {
		return nil
	}
	var data []map[string]any
	for _, r := range rows {
		object := map[string]any{}
		for i, v := range r {
			switch v {
			case "":
			case "True", "False":
				object[columns[i]] = v == "True"
			default:
				object[columns[i]] = v
			}
		}
		data = append(data, object)
	}
	body, err := json.Marshal(map[string]any{"data": data})
	if err != nil {
		t.Fatal(err)
	}
	return []page{{filepath.Base(file), stream, body, true}}
}

func comparePage(t *testing.T, p page, batches []table.Batch) int {
	t.Helper()
	var main, actions table.Batch
	for _, b := range batches {
		switch {
		case b.Schema().Name == table.Quarantine.Name:
			value, _ := b.Cell(0, "value")
			column, _ := b.Cell(0, "column_name")
			t.Errorf("%s: %d values in quarantine, the first is %s = %s", p.file, b.Rows(), column, value)
		case strings.HasSuffix(b.Schema().Name, "_actions"):
			actions = b
		default:
			main = b
		}
	}
	objects := generic(t, p)
	if len(objects) == 0 {
		return 0
	}
	if main.Rows() != len(objects) {
		t.Errorf("%s: %d rows, want %d", p.file, main.Rows(), len(objects))
		return 0
	}
	kept := keptActions(actions)
	for i, o := range objects {
		for name, want := range o {
			if problem := missing(p.stream, main, i, name, want, o, kept); problem != "" {
				t.Errorf("%s row %d: %s", p.file, i, problem)
			}
		}
	}
	return len(objects)
}

func generic(t *testing.T, p page) (objects []map[string]any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(p.body))
	dec.UseNumber()
	if !p.list {
		objects = make([]map[string]any, 1)
		if err := dec.Decode(&objects[0]); err != nil {
			t.Fatal(err)
		}
		return objects
	}
	var list struct{ Data []map[string]any }
	if err := dec.Decode(&list); err != nil {
		t.Fatalf("%s: %v", p.file, err)
	}
	return list.Data
}

var slotCache sync.Map

func slots(stream string) (map[string]string, map[string]bool, map[string]bool) {
	type found struct {
		columns       map[string]string
		nested, minor map[string]bool
	}
	if f, ok := slotCache.Load(stream); ok {
		return f.(found).columns, f.(found).nested, f.(found).minor
	}
	columns, nested, minor := facebookads.Slots(stream)
	slotCache.Store(stream, found{columns, nested, minor})
	return columns, nested, minor
}

// missing describes the part of a member that was lost, or returns "".
func missing(stream string, b table.Batch, row int, name string, want any, object map[string]any, actions map[string]string) string {
	columns, nested, minor := slots(stream)
	if want == nil {
		return ""
	}
	if name == "date_stop" && want == object["date_start"] {
		return ""
	}
	if list, ok := want.([]any); ok && (name == "actions" || name == "action_values") && strings.HasPrefix(stream, "basic_") {
		return missingActions(b, row, name, list, actions)
	}
	if column, ok := columns[name]; ok && name != "date_stop" && !nested[name] && b.Schema().Index(column) >= 0 {
		got, present := b.Cell(row, column)
		if !present || !sameValue(b.Schema().Columns[b.Schema().Index(column)].Type, got, want, minor[name]) {
			return fmt.Sprintf("%s is %q (present %v), want %v", column, got, present, want)
		}
		return ""
	}
	if nested[name] {
		o, _ := want.(map[string]any)
		if got, _ := b.Cell(row, columns[name]); o == nil || got != o["id"] {
			return fmt.Sprintf("%s is %q, want %v", columns[name], got, want)
		}
		if len(o) == 1 {
			return ""
		}
		delete(o, "id")
	}
	raw, _ := b.Cell(row, "raw")
	var kept map[string]any
	dec := json.NewDecoder(strings.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&kept); err != nil || !reflect.DeepEqual(kept[name], want) {
		return fmt.Sprintf("%s is not in raw: %v", name, err)
	}
	return ""
}

func sameValue(typ table.Type, got string, want any, minor bool) bool {
	switch typ.Kind {
	case table.KindJSON:
		var kept any
		dec := json.NewDecoder(strings.NewReader(got))
		dec.UseNumber()
		return dec.Decode(&kept) == nil && reflect.DeepEqual(kept, want)
	case table.KindTime:
		for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
			if at, err := time.Parse(layout, fmt.Sprint(want)); err == nil {
				return at.UTC().Format("2006-01-02T15:04:05Z") == got
			}
		}
		return false
	case table.KindDecimal:
		a, b := json.Number(got), json.Number(fmt.Sprint(want))
		return sameNumber(a.String(), b.String(), minor)
	}
	return got == fmt.Sprint(want)
}

func keptActions(b table.Batch) map[string]string {
	kept := map[string]string{}
	if b.Schema() == nil {
		return kept
	}
	for i := range b.Rows() {
		var key []string
		for _, c := range []string{"date", "campaign_id", "adset_id", "ad_id", "action_type", "attribution_window"} {
			v, _ := b.Cell(i, c)
			key = append(key, v)
		}
		for column, name := range map[string]string{"value": "actions", "action_value": "action_values"} {
			if v, ok := b.Cell(i, column); ok {
				kept[name+"/"+strings.Join(key, "/")] = v
			}
		}
	}
	return kept
}

func missingActions(b table.Batch, row int, name string, list []any, kept map[string]string) string {
	var key []string
	for _, c := range []string{"date", "campaign_id", "adset_id", "ad_id"} {
		v, _ := b.Cell(row, c)
		key = append(key, v)
	}
	for _, e := range list {
		element := e.(map[string]any)
		for window, want := range element {
			if window == "action_type" {
				continue
			}
			if window == "value" {
				window = "default"
			}
			k := name + "/" + strings.Join(append(key, element["action_type"].(string), window), "/")
			if got, ok := kept[k]; !ok || !sameNumber(got, fmt.Sprint(want), false) {
				return fmt.Sprintf("%s is %q, want %v", k, got, want)
			}
		}
	}
	return ""
}
