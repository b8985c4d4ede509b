package advertiser_test

import (
	"testing"
	"time"

	"adtally/internal/graphsim/advertiser"
)

func BenchmarkRows(b *testing.B) {
	for _, c := range []struct {
		name  string
		query advertiser.Query
	}{
		{"ad", advertiser.Query{Level: advertiser.LevelAd}},
		{"ad with actions", advertiser.Query{Level: advertiser.LevelAd, WantActions: true}},
		{"ad by platform", advertiser.Query{Level: advertiser.LevelAd, Breakdowns: []string{"publisher_platform"}}},
		{"account", advertiser.Query{Level: advertiser.LevelAccount}},
	} {
		b.Run(c.name, func(b *testing.B) {
			now := time.Date(2025, 10, 15, 12, 0, 0, 0, time.UTC)
			size := advertiser.Size{Ads: 2000, Days: 365, Seed: 1, Steady: true}
			if testing.Short() {
				size.Ads = 20
			}
			account := advertiser.NewSynthetic(size, now)[0]
			c.query.From, c.query.To = 0, 100_000
			b.ReportAllocs()
			rows, adDays := 0, 0
			for b.Loop() {
				for range account.Rows(c.query, now) {
					rows++
				}
				adDays += size.Ads * size.Days
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(adDays)/b.Elapsed().Seconds(), "ad-days/s")
		})
	}
}
