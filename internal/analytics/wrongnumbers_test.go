package analytics_test

import (
	"encoding/json"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"adtally/internal/analytics"
)

// shop is a small advertiser whose figures can be checked by hand. On 5 January, 250.00 EUR
// were spent: 100 + 50 EUR on Facebook and 125 USD at 1.25 on Google.
var shop = fstest.MapFS{
	"settings.json": {Data: []byte(`{"reporting_zone": "Europe/Berlin", "fx_max_carry_days": 7, "fiscal_year_start": "02-01", "fiscal_year_named_by": "start", "gross_margin": "0.5", "cancelled_statuses": ["cancelled"]}`)},
	"accounts.csv": {Data: []byte("account_id,channel,source,account_name,currency,time_zone\n" +
		"1,facebook,facebook_ads,Shop DE,EUR,Europe/Berlin\n2,google,google_ads,Shop US,USD,America/Los_Angeles\n")},
	"campaigns.csv": {Data: []byte("campaign_id,account_id,campaign_name\n11,1,Größe XL\n12,1,Brand\n21,2,Brand\n")},
	"spend.csv": {Data: []byte("date,channel,source,account_id,campaign_id,campaign_name,currency,spend,impressions,clicks,platform_conversions,platform_value,reach\n" +
		"2026-01-05,facebook,facebook_ads,1,11,Größe XL,EUR,100.00,1000,10,4,400.00,900\n2026-01-05,facebook,facebook_ads,1,12,Brand,EUR,50.00,500,0,1,50.00,450\n" +
		"2026-01-05,google,google_ads,2,21,Brand,USD,125.00,2000,40,2,200.00,\n2026-01-06,facebook,facebook_ads,1,11,Größe XL,EUR,2.01,100,3,0,0.00,90\n" +
		"2026-01-07,facebook,facebook_ads,1,11,Größe XL,EUR,,500,5,,,400\n2026-01-11,google,google_ads,2,21,Brand,USD,16.00,10,1,0,0.00,\n" +
		"2026-01-14,facebook,facebook_ads,1,19,,EUR,7.00,10,1,0,0.00,9\n")},
	"customers.csv": {Data: []byte("customer_id,acquired_at,country,utm_source,utm_medium,utm_campaign,campaign_id\n" +
		"c1,2026-01-05T10:00:00Z,DE,facebook,paid,gr%C3%B6%C3%9Fe xl,\nc2,2026-01-05T11:00:00Z,US,google,cpc,BRAND,\nc3,2026-01-05T12:00:00Z,DE,,,Brand,\n" +
		"c4,2026-01-06T08:00:00Z,DE,facebook,paid,whatever,11\nc5,2026-01-06T09:00:00Z,DE,newsletter,,,\nc6,2026-01-07T23:30:00Z,DE,facebook,paid,11,\n")},
	"orders.csv": {Data: []byte("order_id,customer_id,ordered_at,amount,currency,status,utm_source,utm_medium,utm_campaign,campaign_id\n" +
		"o1,c1,2026-01-05T10:05:00Z,100.00,EUR,paid,facebook,paid,gr%C3%B6%C3%9Fe xl,\no2,c1,2026-01-05T13:00:00Z,60.00,EUR,paid,facebook,paid,GRÖSSE XL,\n" +
		"o3,c2,2026-01-05T11:05:00Z,125.00,USD,paid,google,cpc,brand,\no4,c3,2026-01-05T12:05:00Z,40.00,EUR,,,,Brand,\no5,c3,2026-01-05T12:10:00Z,500.00,EUR,cancelled,,,,\n" +
		"o6,c1,2026-01-06T10:00:00Z,30.00,EUR,paid,facebook,paid,Größe  XL,\n")},
	"refunds.csv":              {Data: []byte("refund_id,order_id,refunded_at,amount\nr1,o1,2026-01-12T10:00:00Z,10.00\nr2,o1,2026-01-13T10:00:00Z,5.00\nr3,o5,2026-01-06T10:00:00Z,20.00\n")},
	"rates_ecb.csv":            {Data: []byte("Date,USD,GBP,\n2026-01-09,1.6000,N/A,\n2026-01-05,1.2500,N/A,\n")},
	"reach_campaign_month.csv": {Data: []byte("campaign_id,month,reach\n11,2026-01,1100\n")},
	"coverage.csv": {Data: []byte("dataset,account_id,from_date,through_date\nmarketing_spend,1,2026-01-05,2026-01-31\nmarketing_spend,2,2026-01-05,2026-01-12\n" +
		"customers,,2026-01-01,2026-03-31\norders,,2026-01-01,2026-03-31\n")},
}

// Days of the questions.
const (
	day   = `"from": "2026-01-05", "to": "2026-01-05", "currency": "EUR"`
	two   = `"from": "2026-01-05", "to": "2026-01-06", "currency": "EUR"`
	later = `"from": "2026-01-07", "to": "2026-01-07", "currency": "EUR"`
)

// Each of the classic wrong numbers has a question here that a program with just this
// mistake answers wrongly.
var wrongNumbers = map[string]struct{ question, answer string }{
	"01 spend times customers":             {`{"metrics": ["spend", "new_customers", "revenue"], ` + day + `}`, `{"spend": "250.00", "new_customers": "3", "revenue": "300.00"}`},
	"02 order times its refunds":           {`{"metrics": ["revenue", "refunds", "orders"], ` + day + `}`, `{"revenue": "300.00", "refunds": "15.00", "orders": "4"}`},
	"03 average of daily ratios":           {`{"metrics": ["cac"], ` + two + `}`, `"50.40"`}, // 252.01 / 5, not (83.33 + 1.01) / 2
	"04 total of rows added":               {`{"metrics": ["cac"], "group": "channel", "totals": true, ` + day + `}`, `{"rows": [["facebook", "150.00"], ["google", "100.00"], ["(unmatched)", null]], "total": ["83.33"]}`},
	"05 distinct counts added":             {`{"metrics": ["active_customers"], ` + two + `}`, `"3"`},
	"06 reach added":                       {`{"metrics": ["reach"], "filters": {"campaign": ["11"]}, ` + two + `}`, `{"refused": "grain_not_held"}`},
	"06 reach of a month":                  {`{"metrics": ["reach"], "filters": {"campaign": ["11"]}, "from": "2026-01-01", "to": "2026-01-31"}`, `"1100"`},
	"07 divided by zero":                   {`{"metrics": ["cpc"], "filters": {"campaign": ["12"]}, ` + day + `}`, `null`},
	"08 NULL as 0":                         {`{"metrics": ["spend", "impressions"], "filters": {"account": ["1"]}, ` + later + `}`, `{"spend": null, "impressions": "500"}`},
	"09 not read as 0":                     {`{"metrics": ["spend"], "filters": {"account": ["2"]}, "from": "2026-01-20", "to": "2026-01-20", "currency": "EUR"}`, `null`},
	"10 day without rows":                  {`{"metrics": ["spend"], "filters": {"account": ["2"]}, "grain": "day", "from": "2026-01-10", "to": "2026-01-11"}`, `[["2026-01-10", "0.00"], ["2026-01-11", "16.00"]]`},
	"11 currencies added":                  {`{"metrics": ["spend"], "from": "2026-01-05", "to": "2026-01-05"}`, `{"refused": "mixed_currency"}`},
	"12 rate upside down":                  {`{"metrics": ["spend"], "filters": {"account": ["2"]}, ` + day + `}`, `"100.00"`},
	"13 weekend without a rate":            {`{"metrics": ["spend"], "from": "2026-01-11", "to": "2026-01-11", "currency": "EUR"}`, `"10.00"`},
	"13 rate carried for ever":             {`{"metrics": ["spend"], "from": "2026-01-14", "to": "2026-01-14", "currency": "GBP"}`, `{"refused": "fx_missing"}`},
	"14 value not converted as cost":       {`{"metrics": ["roas_platform"], "filters": {"account": ["2"]}, ` + day + `}`, `"1.6000"`},
	"15 floating point":                    {`{"metrics": ["cac"], "from": "2026-01-06", "to": "2026-01-06", "currency": "EUR"}`, `"1.01"`}, // 2.01 / 2 = 1.005
	"16 instants in UTC":                   {`{"metrics": ["new_customers"], "from": "2026-01-07", "to": "2026-01-08", "grain": "day"}`, `[["2026-01-07", "0"], ["2026-01-08", "1"]]`},
	"17 week of the wrong year":            {`{"metrics": ["orders"], "from": "2025-12-31", "to": "2026-01-05", "grain": "iso_week"}`, `[["2026-W01", "0"], ["2026-W02", "4"]]`},
	"18 fiscal year as calendar year":      {`{"metrics": ["orders"], "from": "2026-01-05", "to": "2026-02-01", "grain": "fiscal_month"}`, `[["FY2025-M12", "5"], ["FY2026-M01", "0"]]`},
	"19 UTM compared as it is":             {`{"metrics": ["orders"], "group": "campaign", ` + day + `}`, `[["11", "2"], ["21", "1"], ["(unmatched)", "1"]]`},
	"20 unmatched dropped":                 {`{"metrics": ["revenue"], "group": "channel", "totals": true, ` + day + `}`, `{"rows": [["facebook", "160.00"], ["google", "100.00"], ["(unmatched)", "40.00"]], "total": ["300.00"]}`},
	"21 spend of a deleted campaign":       {`{"metrics": ["spend"], "group": "campaign", "from": "2026-01-14", "to": "2026-01-14"}`, `[["19", "7.00"]]`},
	"22 no status dropped":                 {`{"metrics": ["orders"], ` + day + `}`, `"4"`},
	"22 cancelled order counted":           {`{"metrics": ["refunds_paid"], "from": "2026-01-06", "to": "2026-01-06", "currency": "EUR"}`, `"0.00"`},
	"23 filter ignored":                    {`{"metrics": ["cac"], "filters": {"country": ["DE"]}, ` + day + `}`, `{"refused": "dimension_missing"}`},
	"24 lock in one fact only":             {`{"metrics": ["spend", "revenue"], "forced": {"account": ["1"]}, ` + day + `}`, `{"spend": "150.00", "revenue": "160.00"}`},
	"24 lock overridden":                   {`{"metrics": ["spend"], "forced": {"account": ["1"]}, "filters": {"account": ["2"]}, ` + day + `}`, `null`},
	"24 empty lock is no lock":             {`{"metrics": ["spend"], "forced": {"account": []}, ` + day + `}`, `null`},
	"25 unequal ranges compared":           {`{"metrics": ["new_customers"], "compare": "previous_period", ` + two + `}`, `{"current": "5", "previous": "0", "previous_from": "2026-01-03", "previous_to": "2026-01-04", "change": null}`},
	"26 orders of a customer of elsewhere": {`{"metrics": ["revenue"], "filters": {"country": ["US"]}, ` + day + `}`, `"100.00"`},
}

func TestAsk_WrongNumbers(t *testing.T) {
	t.Parallel()
	folder, err := analytics.LoadFolder(shop)
	if err != nil {
		t.Fatal(err)
	}
	db, engine := scratch(t, folder), analytics.New(analytics.Standard(), folder.Settings)
	for name, c := range wrongNumbers {
		t.Run(name, func(t *testing.T) {
			var q analytics.Question
			var want any
			if err := json.Unmarshal([]byte(c.question), &q); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(c.answer), &want); err != nil {
				t.Fatal(err)
			}
			got, err := engine.Reply(t.Context(), db, q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, plainJSON(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
