package main

import (
	"net/http"
	"strings"
	"testing"
)

// An ad's picture comes from this server, and again after the platform's link has ended. An ad
// that there is not has none.
func TestAdPictures_AreKept(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=3,days=220,seed=8,steady=1")
	h.connected(h.sim.Token(), map[string]any{"tables": []string{"basic_campaign", "basic_ad", "ads", "ad_creatives", "ad_accounts"}})
	h.spent("2026-05-31", nil)
	ad := one(t, h.file(), `SELECT min(ad_id) FROM adtally.ads WHERE picture IS NOT NULL`)
	get := func(ad string) (int, string) {
		body, status := h.read("/pictures/"+ad, h.http)
		return status, http.DetectContentType([]byte(body))
	}
	if status, kind := get(ad); status != http.StatusOK || !strings.HasPrefix(kind, "image/") {
		t.Errorf("%d %s", status, kind)
	}
	calls := len(h.sim.Repeats())
	if status, kind := get(ad); status != http.StatusOK || !strings.HasPrefix(kind, "image/") || len(h.sim.Repeats()) != calls {
		t.Errorf("%d %s the second time", status, kind)
	}
	if status, _ := get("12345"); status != http.StatusNotFound {
		t.Errorf("%d of an ad that does not exist", status)
	}
}
