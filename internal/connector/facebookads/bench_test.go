package facebookads_test

import (
	"fmt"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// BenchmarkDecode decodes a page of 500 ads with 20 actions in three windows each.
func BenchmarkDecode(b *testing.B) {
	var rows []string
	for ad := range 500 {
		var actions []string
		for kind := range 20 {
			actions = append(actions, fmt.Sprintf(`{"action_type":"offsite_conversion.custom.%d","value":"%d","7d_click":"%d","1d_view":"1"}`, kind, ad+kind, ad))
		}
		rows = append(rows, fmt.Sprintf(`{"account_id":"7","campaign_id":"1","campaign_name":"Gr\u00fc\u00dfe \ud83d\ude00","adset_id":"2","adset_name":"Set %d","ad_id":"%d","ad_name":"Ad %d","impressions":"1000","clicks":"10","spend":"12.5","reach":"900","frequency":"1.111111","ctr":"1","cpc":"1.25","cpm":"12.5","date_start":"2026-06-01","date_stop":"2026-06-01","actions":[%s]}`,
			ad, ad, ad, strings.Join(actions, ",")))
	}
	body := []byte(`{"data":[` + strings.Join(rows, ",") + `]}`)
	decode := facebookads.Decoding(adtally.Account{ID: "7", Currency: "EUR", Zone: "UTC"}, "basic_ad", "basic_ad_actions")
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if n, err := decode(body); err != nil || n == 0 {
			b.Fatal(n, err)
		}
	}
}
