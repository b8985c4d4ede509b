package main

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// demoCompany writes the files that the demo's advertiser uploads beside its synced ads: other
// channels, customers, orders, budgets and exchange rates. They follow what the synced campaigns
// spend and claim, so that comparisons make sense, and are the same for the same warehouse.
type demoCompany struct {
	today  adtally.Day
	days   int
	random *rand.Rand
	ads    []demoAd
}

// demoAd is a day of a campaign in the warehouse.
type demoAd struct {
	day                adtally.Day
	account, currency  string
	campaign, name     string
	spend, conversions float64
	value              float64 // of all conversions
}

// demoUpload is a file of the demo.
type demoUpload struct {
	name string
	kind adtally.FileKind
	text string
}

// seeded returns the same company for the same seed.
func seeded(seed uint64, today adtally.Day, days int) *demoCompany {
	return &demoCompany{today: today, days: days, random: rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // figures of a demo
}

// read reads what the synced campaigns did.
func (c *demoCompany) read(ctx context.Context, db analytics.Queryer) error {
	rows, err := db.QueryContext(ctx, `SELECT CAST(s.date AS VARCHAR), s.account_id, s.currency, s.campaign_id, COALESCE(MIN(n.campaign_name), s.campaign_id),
			CAST(SUM(s.spend) AS DOUBLE), CAST(COALESCE(SUM(s.platform_conversions), 0) AS DOUBLE), CAST(COALESCE(SUM(s.platform_value), 0) AS DOUBLE)
		FROM adtally.marketing_spend s LEFT JOIN adtally.campaigns n ON n.campaign_id = s.campaign_id AND n.source = s.source AND n.current
		WHERE s.campaign_id IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4`)
	if err != nil {
		return fmt.Errorf("read the campaigns of the demo: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a demoAd
		var day, name sql.NullString
		if err := rows.Scan(&day, &a.account, &a.currency, &a.campaign, &name, &a.spend, &a.conversions, &a.value); err != nil {
			return err
		}
		if a.day, err = adtally.ParseDay(day.String); err != nil {
			return err
		}
		a.name = name.String
		c.ads = append(c.ads, a)
	}
	return rows.Err()
}

// uploads writes all files.
func (c *demoCompany) uploads() []demoUpload {
	customers, orders, refunds := c.business()
	return []demoUpload{
		{"Exchange rates", adtally.RatesFile, c.rates()},
		{"Google Ads", adtally.SpendFile, c.channel("Google Ads", "google", googleCampaigns)},
		{"LinkedIn Ads", adtally.SpendFile, c.channel("LinkedIn Ads", "linkedin", linkedinCampaigns)},
		{"Customers", adtally.CustomersFile, customers},
		{"Orders", adtally.OrdersFile, orders},
		{"Refunds", adtally.RefundsFile, refunds},
		{"Budgets", adtally.BudgetsFile, c.budgets()},
	}
}

// otherCampaign is a campaign of a channel that is uploaded.
type otherCampaign struct {
	id, name      string
	spend         float64 // EUR on a usual day
	click         float64 // what a click costs, in EUR
	rate, basket  float64 // claimed purchases per click, and their value in EUR
	weekends, ups float64 // share of a usual day on weekends, and growth over the year
}

var googleCampaigns = []otherCampaign{
	{"g1", "Brand search", 60, 0.35, 0.06, 78, 0.9, 1.1},
	{"g2", "Generic search", 140, 0.95, 0.022, 74, 0.8, 1.3},
	{"g3", "Performance Max", 110, 0.60, 0.028, 69, 1.1, 1.5},
	{"g4", "YouTube awareness", 45, 0.20, 0.002, 66, 1.2, 0.8},
}

var linkedinCampaigns = []otherCampaign{
	{"l1", "Decision makers, sponsored content", 70, 6.2, 0.012, 240, 0.1, 1.2},
	{"l2", "Event invitations", 35, 4.8, 0.004, 210, 0.1, 0.9},
}

// channel writes a year of a channel's campaigns, a row per campaign and day.
func (c *demoCompany) channel(channel, account string, campaigns []otherCampaign) string {
	var b strings.Builder
	b.WriteString("date,channel,account_id,campaign_id,campaign_name,currency,spend,impressions,clicks,platform_conversions,platform_value\n")
	for n := c.days; n >= 1; n-- {
		day := c.today - adtally.Day(n)
		for _, p := range campaigns {
			spend := p.spend * c.trend(n, p.ups) * (0.85 + 0.3*c.random.Float64())
			if weekend(day) {
				spend *= p.weekends
			}
			clicks := int(spend / p.click * (0.9 + 0.2*c.random.Float64()))
			conversions := c.whole(float64(clicks) * p.rate)
			fmt.Fprintf(&b, "%s,%s,%s-1,%s,%s,EUR,%.2f,%d,%d,%d,%.2f\n", day, channel, account, p.id, quoted(p.name), spend, clicks*(25+c.random.IntN(20)), clicks, conversions, float64(conversions)*p.basket)
		}
	}
	return b.String()
}

// trend is the share of its last day's size that something has n days ago, if it grew by a
// factor over the year.
func (c *demoCompany) trend(n int, growth float64) float64 {
	return 1 - (1-1/growth)*float64(n)/float64(max(c.days, 1))
}

// whole rounds a number up or down at random, so that the average stays.
func (c *demoCompany) whole(x float64) int { return int(x + c.random.Float64()) }

func weekend(d adtally.Day) bool {
	w := d.Start(time.UTC).Weekday()
	return w == time.Saturday || w == time.Sunday
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// rates writes daily rates in the form of the European Central Bank. They are not real.
func (c *demoCompany) rates() string {
	currencies := []string{"USD", "GBP", "HUF", "JPY", "CHF", "PLN", "SEK"}
	at := []float64{1.09, 0.86, 394, 165, 0.95, 4.28, 11.3}
	var lines []string
	for n := c.days + 10; n >= 0; n-- {
		day := c.today - adtally.Day(n)
		if weekend(day) {
			continue
		}
		line := day.String()
		for i := range at {
			at[i] *= 1 + (c.random.Float64()-0.5)*0.006
			line += "," + strconv.FormatFloat(at[i], 'f', 4, 64)
		}
		lines = append([]string{line}, lines...)
	}
	return "Date," + strings.Join(currencies, ",") + "\n" + strings.Join(lines, "\n") + "\n"
}
