package facebookads_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

func report(change func(*adtally.Report)) adtally.Report {
	r := adtally.Report{Name: "mine", Level: "ad", Fields: []string{"spend", "impressions"}}
	change(&r)
	return r
}

// A report that Meta would refuse or answer with nothing is rejected before it is
// requested, with a reason and a cure.
func TestCheckReports_RejectsInvalidReports(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change     func(*adtally.Report)
		code, says string
	}{
		"position alone":    {func(r *adtally.Report) { r.Breakdowns = []string{"platform_position"} }, "combination", "platform_position+publisher_platform"},
		"device alone":      {func(r *adtally.Report) { r.Breakdowns = []string{"impression_device"} }, "combination", "impression_device+publisher_platform"},
		"age, gender, land": {func(r *adtally.Report) { r.Breakdowns = []string{"country", "age", "gender"} }, "combination", "age+gender"},
		"platform and age":  {func(r *adtally.Report) { r.Breakdowns = []string{"publisher_platform", "age"} }, "combination", "publisher_platform"},
		"two assets":        {func(r *adtally.Report) { r.Breakdowns = []string{"image_asset", "body_asset"} }, "combination", "image_asset"},
		"a dead breakdown":  {func(r *adtally.Report) { r.Breakdowns = []string{"dma"} }, "unknown_breakdown", "comscore_market"},
		"asset of account":  {func(r *adtally.Report) { r.Level, r.Breakdowns = "account", []string{"image_asset"} }, "report_breakdown", "ad_set"},
		"reach by hours":    {func(r *adtally.Report) { r.Breakdowns, r.Fields = hours, []string{"reach"} }, "field_by_breakdown", "no unique counts"},
		"video by hours":    {func(r *adtally.Report) { r.Breakdowns, r.Fields = hours, []string{"video_play_actions"} }, "field_by_breakdown", "no video metrics"},
		"weeks of hours":    {func(r *adtally.Report) { r.Breakdowns, r.Increment = hours, "7" }, "report_increment", "increment of 1"},
		"video by region": {func(r *adtally.Report) {
			r.Breakdowns, r.Fields = []string{"region"}, []string{"video_p25_watched_actions"}
		}, "field_by_breakdown", "no video metrics"},
		"cpm by asset":       {func(r *adtally.Report) { r.Breakdowns, r.Fields = []string{"body_asset"}, []string{"cpm"} }, "field_by_breakdown", "only"},
		"spend by frequency": {func(r *adtally.Report) { r.Breakdowns = []string{"frequency_value"} }, "field_by_breakdown", "only reach"},
		"a dead window":      {func(r *adtally.Report) { r.Fields, r.Windows = []string{"actions"}, []string{"7d_click", "28d_view"} }, "dead_window", "12 January 2026"},
		"a dead variant": {func(r *adtally.Report) {
			r.Fields, r.Windows = []string{"actions"}, []string{"7d_view_first_conversion"}
		}, "dead_window", "1d_view"},
		"an unknown window":  {func(r *adtally.Report) { r.Fields, r.Windows = []string{"actions"}, []string{"3d_click"} }, "unknown_window", "7d_click"},
		"windows of nothing": {func(r *adtally.Report) { r.Windows = []string{"7d_click"} }, "report_field", "Add actions"},
		"an unknown field":   {func(r *adtally.Report) { r.Fields = []string{"vibes"} }, "unknown_field", "vibes:decimal"},
		"an unknown type":    {func(r *adtally.Report) { r.Fields = []string{"vibes:float"} }, "report_field", "decimal"},
		"a dead field":       {func(r *adtally.Report) { r.Fields = []string{"spend", "wish_bid:text"} }, "dead_field", "Leave it out"},
		"no field":           {func(r *adtally.Report) { r.Fields = []string{"date_start"} }, "report_field", "no figure"},
		"our own column":     {func(r *adtally.Report) { r.Fields = []string{"raw:json"} }, "report_field", "Leave it out"},
		"a lower id":         {func(r *adtally.Report) { r.Level, r.Fields = "campaign", []string{"spend", "ad_id"} }, "report_field", "lower level"},
		"no level":           {func(r *adtally.Report) { r.Level = "keyword" }, "report_level", "campaign"},
		"a taken name":       {func(r *adtally.Report) { r.Name = "ads" }, "report_name", "no other table"},
		"a name for later":   {func(r *adtally.Report) { r.Name = "basic_ad_weather" }, "report_name", "basic_"},
		"a name that is SQL": {func(r *adtally.Report) { r.Name = `x"; drop` }, "report_name", "lower-case letters"},
		"too long":           {func(r *adtally.Report) { r.Increment = "91" }, "report_increment", "90"},
		"actions as rows":    {func(r *adtally.Report) { r.Breakdowns = []string{"action_device"} }, "report_breakdown", "action breakdowns"},
		"rows as actions":    {func(r *adtally.Report) { r.ActionBreakdowns = []string{"country"} }, "report_breakdown", "breakdowns"},
	} {
		err := facebookads.CheckReports([]adtally.Report{report(c.change)})
		f := adtally.FaultOf(err)
		if err == nil || f.Act != adtally.Configure || f.Code != c.code || !strings.Contains(f.Message+" "+f.Hint, c.says) || !strings.HasPrefix(f.Message, "Report ") || f.Hint == "" {
			t.Errorf("%s: %+v, want %s, %q", name, f, c.code, c.says)
		}
	}
	twice := []adtally.Report{report(func(*adtally.Report) {}), report(func(*adtally.Report) {})}
	if err := facebookads.CheckReports(twice); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "report_name" {
		t.Errorf("two reports of one name: %v", err)
	}
	if _, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Reports: twice}, adtally.Secret{}); err == nil {
		t.Error("a reader was opened")
	}
}

var hours = []string{"hourly_stats_aggregated_by_advertiser_time_zone"}

// For every level and allowed combination, the key contains the breakdowns, the tables
// are fully declared, and no row is lost.
func TestDecode_AllowedReportsKeepTheirRows(t *testing.T) {
	t.Parallel()
	fields := slices.Sorted(maps.Keys(facebookads.FieldKinds()))
	rapid.Check(t, func(t *rapid.T) {
		cuts := rapid.SampledFrom(facebookads.Combinations()).Draw(t, "cuts")
		r := adtally.Report{Name: "mine", Level: rapid.SampledFrom([]string{"account", "campaign", "ad_set", "adset", "ad"}).Draw(t, "level"),
			Breakdowns: rapid.Permutation(cuts[0]).Draw(t, "breakdowns"), ActionBreakdowns: rapid.Permutation(cuts[1]).Draw(t, "actions"),
			Fields: append([]string{"reach", "new_metric:money"}, rapid.SliceOfN(rapid.SampledFrom(fields), 0, 9).Draw(t, "fields")...), Increment: rapid.SampledFrom([]string{"", "1", "7", "monthly"}).Draw(t, "increment")}
		r.Fields = slices.DeleteFunc(append(r.Fields, "actions"), func(f string) bool {
			name, _, _ := strings.Cut(f, ":")
			return !facebookads.FieldFits(name, r.Breakdowns) || facebookads.FieldKinds()[name] == "own"
		})
		if slices.Contains(r.Breakdowns, "frequency_value") {
			r.ActionBreakdowns = nil // Meta refuses actions with these
		}
		if len(cuts[0]) > 0 && strings.HasPrefix(cuts[0][0], "hourly") {
			r.Increment = "1"
		}
		if err := facebookads.CheckReports([]adtally.Report{r}); err != nil {
			if f := adtally.FaultOf(err); r.Level == "account" && strings.Contains(f.Message, "for a whole account") {
				return // the breakdown is not available at account level
			}
			t.Fatalf("%+v: %v", r, err)
		}
		checkReport(t, r)
	})
}

func checkReport(t *rapid.T, r adtally.Report) {
	reader, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Reports: []adtally.Report{r}, Tables: []string{"mine"}}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	s := reader.Streams()[0]
	for _, schema := range s.Tables {
		if err := schema.Check(); err != nil {
			t.Fatal(err)
		}
	}
	if slices.Contains(r.Fields, "actions") != slices.ContainsFunc(s.Tables, func(s *table.Schema) bool { return s.Name == "mine_actions" }) {
		t.Fatalf("%d tables for %v", len(s.Tables), r.Fields)
	}
	checkKey(t, s, r)
	rows := cutRowsOf(t, s)
	for _, row := range rows {
		action := row["actions"].([]any)[0].(map[string]any)
		for _, b := range r.ActionBreakdowns {
			if v, ok := cell(t, b); ok {
				action[b] = v
			}
		}
		if !slices.Contains(r.Fields, "actions") {
			delete(row, "actions")
		}
	}
	body, err := json.Marshal(map[string]any{"data": rows})
	if err != nil {
		t.Fatal(err)
	}
	batches, err := facebookads.DecodeReport(r, recorded, body)
	if err != nil {
		t.Fatal(err)
	}
	checkRows(t, s, batches, len(rows))
}

func checkKey(t *rapid.T, s connector.Stream, r adtally.Report) {
	for _, b := range r.Breakdowns {
		if strings.HasSuffix(b, "_asset") {
			b += "_id"
		}
		if !slices.Contains(s.Tables[0].Key, b) {
			t.Fatalf("%s is not in the key %v", b, s.Tables[0].Key)
		}
	}
	for _, long := range s.Tables[1:] {
		for _, k := range append(append(slices.Clone(s.Tables[0].Key), r.ActionBreakdowns...), "action_type", "attribution_window") {
			if !slices.Contains(long.Key, k) {
				t.Fatalf("%s is not in the key %v", k, long.Key)
			}
		}
	}
}

// A field that Adtally does not know is requested and stored.
func TestRead_TypedFieldOfUserReport(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := report(func(r *adtally.Report) {
			r.Fields, r.Breakdowns = []string{"vibes:decimal", "spend", "actions"}, []string{"gender", "age"}
			r.ActionBreakdowns, r.Windows = []string{"action_target_id", "action_type", "action_destination"}, []string{"7d_click", "1d_view", "7d_click"}
		})
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {says(`{"data":[{"date_start":"2026-06-01","date_stop":"2026-06-01","ad_id":"1","age":"18-24","gender":"male","vibes":"1.5"}]}`)}}}
		m.readOf(t.Context(), adtally.Source{Reports: []adtally.Report{r}}, "mine", day, nil, "vibes").want(t, "1.500000")
		p := m.calls[0].params
		for name, want := range map[string]string{"breakdowns": `["age","gender"]`, "action_breakdowns": `["action_type","action_destination","action_target_id"]`,
			"action_attribution_windows": `["1d_view","7d_click"]`, "level": "ad", "time_increment": "1"} {
			if p.Get(name) != want {
				t.Errorf("%s is %s, want %s", name, p.Get(name), want)
			}
		}
		if f := strings.Split(p.Get("fields"), ","); !contain(f, "vibes") || !contain(f, "actions") || contain(f, "age") {
			t.Errorf("fields are %v", f)
		}
	})
}

func TestOpen_UserReportByDefaultOrByName(t *testing.T) {
	t.Parallel()
	r := report(func(r *adtally.Report) { r.Fields = append(r.Fields, "actions") })
	for tables, want := range map[string]bool{"": true, "mine": true, "basic_ad": false} {
		source := adtally.Source{Reports: []adtally.Report{r}, Tables: strings.Fields(tables)}
		got := slices.ContainsFunc(open(t, source).Streams(), func(s connector.Stream) bool { return s.Name == "mine" && len(s.Tables) == 2 })
		if got != want {
			t.Errorf("with %q it is read: %v", tables, got)
		}
	}
}

// Action breakdowns are part of the key; if Meta omits one, the value stays.
func TestDecode_ActionBreakdownsAreInKey(t *testing.T) {
	t.Parallel()
	r := report(func(r *adtally.Report) { r.Fields, r.ActionBreakdowns = []string{"actions"}, []string{"action_device"} })
	row := `{"data":[{"date_start":"2026-06-01","ad_id":"1","actions":[{"action_type":"lead","action_device":"iphone","value":"1"},{"action_type":"lead","value":"2"}],
		"action_values":[{"action_type":"lead","value":"20"},{"action_type":"lead","action_device":"iphone","value":"10"}]}]}`
	batches, err := facebookads.DecodeReport(r, recorded, []byte(row))
	if err != nil || len(batches) != 2 || batches[1].Rows() != 2 {
		t.Fatalf("%v, %v", batches, err)
	}
	for i, w := range [][]string{{"iphone", "1.000000", "10.000000"}, {"(none)", "2.000000", "20.000000"}} {
		for j, column := range []string{"action_device", "value", "action_value"} {
			want(t, batches[1], i, column, w[j])
		}
	}
}

// The list of fields equals Meta's, and forbidden pairs stay forbidden.
func TestFields_ListMatchesMetaSpecs(t *testing.T) {
	t.Parallel()
	var spec struct{ Fields []struct{ Name string } }
	readShared(t, "../../../../shared/meta/derived/insights_fields.json", &spec)
	for _, f := range spec.Fields {
		if facebookads.FieldKinds()[f.Name] == "" {
			t.Errorf("the field %s is not in our list", f.Name)
		}
	}
	if len(spec.Fields) != len(facebookads.FieldKinds()) {
		t.Errorf("%d fields, want %d", len(facebookads.FieldKinds()), len(spec.Fields))
	}
	var cuts struct {
		Documented []struct{ Cols []string }
		Accepted   []struct {
			Breakdowns []string
			Actions    []string `json:"action_breakdowns"`
		} `json:"observed_accepted_http200"`
	}
	readShared(t, "../../../../shared/meta/derived/breakdown_combinations.json", &cuts)
	for _, c := range cuts.Documented {
		cols := strings.Split(strings.ReplaceAll(strings.Join(c.Cols, " "), "action_carousel_card_id|action_carousel_card_name", "action_carousel_card_id"), " ")
		checkAllowed(t, cols)
	}
	for _, c := range cuts.Accepted {
		checkAllowed(t, append(c.Breakdowns, c.Actions...))
	}
}

func checkAllowed(t *testing.T, cols []string) {
	t.Helper()
	r := report(func(r *adtally.Report) { r.Fields = []string{"reach", "actions"} })
	for _, c := range cols {
		if strings.HasPrefix(c, "action_") {
			r.ActionBreakdowns = append(r.ActionBreakdowns, c)
		} else {
			r.Breakdowns = append(r.Breakdowns, c)
		}
	}
	err := facebookads.CheckReports([]adtally.Report{r})
	if f := adtally.FaultOf(err); err != nil && f.Code != "field_by_breakdown" {
		t.Errorf("%v: %v", cols, err)
	}
}

func readShared(t *testing.T, file string, into any) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("no %s: this test needs the shared folder beside the project", file)
	}
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}
