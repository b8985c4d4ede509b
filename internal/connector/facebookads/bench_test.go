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
	benchmarkDecode(b, []byte(`{"data":[`+strings.Join(rows, ",")+`]}`))
}

// BenchmarkDecode_Figures decodes a page of 500 ads with figures and without actions.
func BenchmarkDecode_Figures(b *testing.B) {
	var rows []string
	for ad := range 500 {
		rows = append(rows, fmt.Sprintf(`{"account_id":"7","account_currency":"EUR","campaign_id":"120210000000001","campaign_name":"Prospecting","adset_id":"120210000000002","adset_name":"Broad %d","ad_id":"12021000000%d","ad_name":"Ad %d","attribution_setting":"7d_click_1d_view","impressions":"1000","reach":"900","frequency":"1.111111","clicks":"10","unique_clicks":"9","inline_link_clicks":"8","unique_inline_link_clicks":"7","inline_post_engagement":"11","full_view_impressions":"400","full_view_reach":"390","spend":"12.5","ctr":"1","inline_link_click_ctr":"0.8","cpc":"1.25","cpm":"12.5","cpp":"13.888889","cost_per_inline_link_click":"1.5625","cost_per_unique_click":"1.388889","cost_per_unique_inline_link_click":"1.785714","quality_ranking":"UNKNOWN","engagement_rate_ranking":"UNKNOWN","conversion_rate_ranking":"UNKNOWN","date_start":"2026-06-01","date_stop":"2026-06-01"}`,
			ad, ad, ad))
	}
	benchmarkDecode(b, []byte(`{"data":[`+strings.Join(rows, ",")+`]}`))
}

func benchmarkDecode(b *testing.B, body []byte) {
	b.Helper()
	decode := facebookads.Decoding(adtally.Account{ID: "7", Currency: "EUR", Zone: "UTC"}, "basic_ad", "basic_ad_actions")
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if n, err := decode(body); err != nil || n == 0 {
			b.Fatal(n, err)
		}
	}
}
