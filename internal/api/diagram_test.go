package api_test

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// A diagram has all tables, columns and references.
func TestGetDiagram(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	var d api.Diagram
	h.ask("GET", "/api/v1/diagram", "").is(http.StatusOK).into(&d)
	if len(d.Tables) != 0 {
		t.Errorf("without a source: %+v", d)
	}
	id := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","dataset":"ours"}`).is(http.StatusCreated).field("id")
	h.ask("GET", "/api/v1/diagram?source="+id, "").is(http.StatusOK).into(&d)
	same(t, "a table", d.Tables[2], api.DiagramTable{Name: "ads_full", Title: "Ads full", Kind: "view", Description: "Ads.",
		Columns: []api.DiagramColumn{{Name: "id", Type: "VARCHAR", Unit: "id", Description: "The id's <id>.", Additive: "none"}}})
	same(t, "a reference", d.References[2], api.DiagramReference{Table: "ads_full", Columns: []string{"id"}, ToTable: "ads", ToColumns: []string{"id"}, Note: "One row each."})
	if d.Dataset != "ours" || len(d.Tables) != 3 || len(d.References) != 3 || !d.Tables[0].Columns[0].Key {
		t.Errorf("%+v", d)
	}
	h.ask("GET", "/api/v1/diagram?source=nobody", "").refused(http.StatusNotFound, "not_found")
	h.ask("GET", "/api/v1/diagram.svg?source=nobody", "").refused(http.StatusNotFound, "not_found")
}

// The drawing is well-formed, shows every table, and draws a table to the right of those
// that it refers to.
func TestDownloadDiagram_SVG(t *testing.T) {
	t.Parallel()
	h, _ := connected(t)
	got := h.ask("GET", "/api/v1/diagram.svg", "").is(http.StatusOK)
	same(t, "type", got.Header().Get("Content-Type"), "image/svg+xml")
	same(t, "name", got.Header().Get("Content-Disposition"), `attachment; filename="facebook_ads.svg"`)
	text := got.Body.String()
	for in := xml.NewDecoder(strings.NewReader(text)); ; {
		if _, err := in.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	for _, part := range []string{"<title>ads: Ads &amp; more.</title>", "<title>ads (campaign_id) → campaigns (id)</title>", "+ 1 column", `stroke-dasharray`, "currentColor"} {
		if !strings.Contains(text, part) {
			t.Errorf("it has no %s:\n%s", part, text)
		}
	}
	place := func(name string) (x string) {
		_, after, _ := strings.Cut(text, "<title>"+name+": ")
		_, after, _ = strings.Cut(after, `<rect x="`)
		x, _, _ = strings.Cut(after, `"`)
		return x
	}
	same(t, "places", []string{place("campaigns"), place("ads"), place("ads_full")}, []string{"20", "370", "720"})
	if strings.Count(text, "<path") != 3 || strings.Contains(text, "#") {
		t.Error(text)
	}
}

func TestDownloadDiagram_DBML(t *testing.T) {
	t.Parallel()
	h, _ := connected(t)
	got := h.ask("GET", "/api/v1/diagram.dbml", "").is(http.StatusOK)
	same(t, "name", got.Header().Get("Content-Disposition"), `attachment; filename="facebook_ads.dbml"`)
	for _, part := range []string{
		"Table \"facebook_ads\".\"campaigns\" {\n  \"id\" \"VARCHAR\" [note: 'The id\\'s <id>.']\n  \"best_ad\" \"VARCHAR\" [note: 'The best_ad\\'s <id>.']\n\n  indexes {\n    (\"id\") [pk]\n  }\n\n  Note: 'Campaigns.'\n}\n",
		"Table \"facebook_ads\".\"ads_full\" {\n  \"id\" \"VARCHAR\" [note: 'The id\\'s <id>.']\n\n  Note: 'Ads.'\n}\n",
		"Ref: \"facebook_ads\".\"ads\".(\"campaign_id\") > \"facebook_ads\".\"campaigns\".(\"id\")\n",
	} {
		if !strings.Contains(got.Body.String(), part) {
			t.Errorf("it has no\n%s\n%s", part, got.Body)
		}
	}
}

// What a source feeds has its state; what two sources feed has the worse one.
func TestGetLineage(t *testing.T) {
	t.Parallel()
	h, path := connected(t)
	first := strings.TrimPrefix(path, "/api/v1/sources/")
	second := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","name":"Other","dataset":"other"}`).is(http.StatusCreated).field("id")
	read := func(query string) (l api.Lineage) {
		h.ask("GET", "/api/v1/lineage"+query, "").is(http.StatusOK).into(&l)
		return l
	}
	same(t, "all", read(""), api.Lineage{
		Nodes: []api.LineageNode{
			{ID: "source:" + first, Kind: "source", Name: "Facebook Ads", Source: first, State: "running"},
			{ID: "dataset:facebook_ads", Kind: "dataset", Name: "facebook_ads", Source: first, State: "running"},
			{ID: "view:facebook_ads.ads_full", Kind: "view", Name: "facebook_ads.ads_full", Source: first, State: "running"},
			{ID: "foreign:main.spend", Kind: "foreign", Name: "main.spend", State: "new"},
			{ID: "source:" + second, Kind: "source", Name: "Other", Source: second, State: "new"},
			{ID: "dataset:other", Kind: "dataset", Name: "other", Source: second, State: "new"},
			{ID: "view:other.ads_full", Kind: "view", Name: "other.ads_full", Source: second, State: "new"},
		},
		Edges: []api.LineageEdge{
			{Upstream: "source:" + first, Downstream: "dataset:facebook_ads"}, {Upstream: "dataset:facebook_ads", Downstream: "view:facebook_ads.ads_full"}, {Upstream: "dataset:facebook_ads", Downstream: "foreign:main.spend"},
			{Upstream: "source:" + second, Downstream: "dataset:other"}, {Upstream: "dataset:other", Downstream: "view:other.ads_full"}, {Upstream: "dataset:other", Downstream: "foreign:main.spend"},
		},
	})
	if l := read("?source=" + second); len(l.Nodes) != 4 || l.Nodes[3].Source != second {
		t.Errorf("one source: %+v", l)
	}
	h.requested(adtally.RunRequest{ID: "r1", Source: first, Trigger: adtally.ByHand, At: time.Now()})
	refused := adtally.StepResult{State: adtally.Failed, Fault: &adtally.Fault{Act: adtally.Reconnect, Code: "token_expired", Message: "m"}}
	h.share("r1", "7", time.Now(), refused)
	h.share("r1", "8", time.Now(), refused)
	h.ends("r1", func(s *adtally.SourceRecord) { s.Fault, s.Failures = refused.Fault, 1 })
	for _, n := range read("?source=" + first).Nodes {
		if n.State != "expired" {
			t.Errorf("%+v", n)
		}
	}
}
