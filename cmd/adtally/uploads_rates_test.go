package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"adtally"
)

// Daily rates are kept for the currencies in use only: those of amounts, the reporting currency and
// those that questions convert to. They follow when one is added, and when a day has passed.
func TestUpload_RatesOfCurrenciesInUse(t *testing.T) {
	u := newUploadTest(t)
	var targets []string
	u.Targets = func(context.Context) ([]string, error) { return targets, nil }
	const pairs = "SELECT DISTINCT from_currency || to_currency FROM adtally.fx_daily ORDER BY 1"
	u.upload("ecb", adtally.RatesFile, "Date,USD,JPY,SEK,GBP,\n2026-03-27,1.25,160,11,0.85,\n2026-03-26,1.2,N/A,11.1,0.86,\n", nil)
	u.shows("without amounts", pairs)
	u.upload("orders", adtally.OrdersFile, "order_id,ordered_at,amount,currency\n1,2026-03-27,5,SEK\n", nil)
	u.shows("with orders", pairs, "EURSEK", "SEKEUR")
	targets = []string{"USD"}
	if err := u.AddRates(t.Context()); err != nil {
		t.Fatal(err)
	}
	u.shows("with a target", pairs, "EURSEK", "EURUSD", "SEKEUR", "SEKUSD", "USDEUR", "USDSEK")
	u.shows("the last day", "SELECT max(day)::VARCHAR FROM adtally.fx_daily", "2026-03-29")
	u.clock = u.clock.AddDate(0, 0, 2)
	if err := u.AddRates(t.Context()); err != nil {
		t.Fatal(err)
	}
	u.shows("two days later", "SELECT max(day)::VARCHAR FROM adtally.fx_daily", "2026-03-31")
	u.clock = u.clock.AddDate(0, 0, 20) // rates are carried for seven days
	if err := u.AddRates(t.Context()); err != nil {
		t.Fatal(err)
	}
	u.shows("weeks later", "SELECT max(day)::VARCHAR FROM adtally.fx_daily", "2026-04-03")
}

// BenchmarkUpload_ECB loads a file as large as ECB's whole history: 41 currencies on the working days of 27 years.
func BenchmarkUpload_ECB(b *testing.B) {
	text := ecbHistory(41, 27*261)
	for b.Loop() {
		u := newUploadTest(b)
		u.upload("orders", adtally.OrdersFile, "order_id,ordered_at,amount,currency\n1,2026-03-27,5,AAB\n2,2026-03-27,5,AAC\n3,2026-03-27,5,AAD\n", nil)
		u.upload("ecb", adtally.RatesFile, text, nil)
		b.ReportMetric(float64(len(u.ask("SELECT 1 FROM adtally.fx_daily"))), "rows")
	}
}

// ecbHistory is a file in ECB's form, newest day first, with made-up currencies.
func ecbHistory(currencies, days int) string {
	var b strings.Builder
	b.WriteString("Date,")
	for i := range currencies {
		fmt.Fprintf(&b, "A%c%c,", 'A'+i/26, 'A'+i%26)
	}
	day := adtally.Day(20540)
	for range days {
		if day--; (int(day)+3)%7 >= 5 {
			day -= 2
		}
		fmt.Fprintf(&b, "\n%s,", day)
		for i := range currencies {
			fmt.Fprintf(&b, "%d.%04d,", i+1, int(day)%10000)
		}
	}
	return b.String()
}
