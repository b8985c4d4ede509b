package facebookads_test

import (
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

func schemas(t *testing.T) map[string]*table.Schema {
	t.Helper()
	all := map[string]*table.Schema{}
	for _, s := range open(t, adtally.Source{Tables: facebookads.Tables()}).Streams() {
		for _, schema := range s.Tables {
			all[schema.Name] = schema
		}
	}
	return all
}

// Every object has a history, and expiring links add nothing to it.
func TestStreams_HistoryIgnoresExpiringLinks(t *testing.T) {
	t.Parallel()
	found := 0
	for name, s := range schemas(t) {
		if s.Mode != table.Upsert {
			continue
		}
		found++
		if !s.History {
			t.Errorf("%s has no history", name)
		}
		for _, c := range s.HistoryColumns() {
			if strings.Contains(c.Description, "expire") && c.Name != "content_hash" || c.Name == "source" || c.Name == "picture" || c.Name == "url" || c.Name == "budget_remaining" {
				t.Errorf("a change of %s.%s would be a new state", name, c.Name)
			}
		}
	}
	if found != 8 {
		t.Errorf("%d tables of objects", found)
	}
}

// Facts reference their objects and their known columns, so that no join loses spend.
func TestStreams_FactsReferenceObjects(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for name, s := range all {
		if s.Mode != table.Replace || strings.HasSuffix(name, "_actions") || strings.HasSuffix(name, "_lists") || name == "activities" {
			continue
		}
		for _, c := range s.Columns {
			named := slices.ContainsFunc(s.References, func(r table.Reference) bool {
				return r.Column == c.Name && all[r.Table].Index(r.Key) >= 0 && r.Fill["name"] == strings.TrimSuffix(c.Name, "_id")+"_name"
			})
			if (c.Name == "campaign_id" || c.Name == "adset_id" || c.Name == "ad_id") && !named {
				t.Errorf("%s.%s names nothing", name, c.Name)
			}
		}
		for _, r := range s.References {
			for theirs := range r.Fill {
				if all[r.Table].Index(theirs) < 0 {
					t.Errorf("%s fills %s.%s, which is not there", name, r.Table, theirs)
				}
			}
		}
	}
	if r := all["basic_ad_actions"].References; len(r) != 1 || r[0].Table != "custom_conversions" {
		t.Errorf("%+v", r)
	}
}

// A custom conversion is joined by ID, because its name may change.
func TestDecode_ActionHasCustomConversionID(t *testing.T) {
	t.Parallel()
	b := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"1","actions":[{"action_type":"offsite_conversion.custom.123","value":"1"},{"action_type":"offsite_conversion.fb_pixel_custom","value":"1"}]}`)["basic_ad_actions"]
	want(t, b, 0, "custom_conversion_id", "123")
	want(t, b, 1, "custom_conversion_id", "NULL")
}

func TestRead_MediaLibrary(t *testing.T) {
	t.Parallel()
	image := decode(t, "ad_images", "EUR", `{"id":"7:ab","hash":"ab","original_width":570,"permalink_url":"https://www.facebook.com/ads/image/?d=A","created_time":"2026-05-01T10:00:00+0200"}`)["ad_images"]
	want(t, image, 0, "original_width", "570")
	want(t, image, 0, "created_time", "2026-05-01T08:00:00Z")
	video := decode(t, "ad_videos", "EUR", `{"id":"1","length":12.345000267028809,"status":{"video_status":"ready"},"views":3}`)["ad_videos"]
	want(t, video, 0, "length", "12.345000267028809")
	want(t, video, 0, "status", `{"video_status":"ready"}`)
	want(t, video, 0, "account_id", "7")
	conversion := decode(t, "custom_conversions", "EUR", `{"id":"123","name":"Trial start","pixel":{"id":"5"},"is_archived":false}`)["custom_conversions"]
	want(t, conversion, 0, "pixel_id", "5")
	want(t, conversion, 0, "is_archived", "false")
}
