package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"text/tabwriter"

	"adtally"
	"adtally/internal/destination"
)

// summary prints figures that it reads from a warehouse.
func summary(ctx context.Context, p *program, w destination.Writer) error {
	db, done, err := w.Query(ctx)
	if err != nil {
		return err
	}
	defer done()
	for _, part := range []func(context.Context, *program, *sql.DB) error{campaignTable, spendLine} {
		if err := part(ctx, p, db); err != nil {
			return err
		}
	}
	return nil
}

// mainCurrency is the currency of most rows. Amounts of different currencies cannot be added
// up, so the summary shows one currency.
const mainCurrency = `(SELECT currency FROM facebook_ads.basic_account GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1)`

const topCampaigns = `
SELECT coalesce(c.name, f.campaign_id), sum(f.spend)::VARCHAR, any_value(f.currency), sum(f.impressions), sum(f.clicks),
  coalesce(any_value(a.purchases)::BIGINT, 0),
  coalesce((any_value(a.worth) / nullif(sum(f.spend), 0))::DECIMAL(18,2)::VARCHAR, '–')
FROM facebook_ads.basic_campaign f
LEFT JOIN facebook_ads.campaigns c ON c.id = f.campaign_id
LEFT JOIN (SELECT campaign_id, sum(value) AS purchases, sum(action_value) AS worth
  FROM facebook_ads.basic_campaign_actions WHERE action_type = 'omni_purchase' AND attribution_window = 'default'
  GROUP BY ALL) a ON a.campaign_id = f.campaign_id
WHERE f.currency = ` + mainCurrency + `
GROUP BY 1, c.name, f.campaign_id ORDER BY sum(f.spend) DESC LIMIT 8`

func campaignTable(ctx context.Context, p *program, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, topCampaigns)
	if err != nil {
		return fmt.Errorf("read campaigns: %w", err)
	}
	defer rows.Close()
	w := tabwriter.NewWriter(p.out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\nspend\timpressions\tclicks\tpurchases\tROAS\t  campaign")
	for rows.Next() {
		var name, spend, currency, roas string
		var impressions, clicks, purchases int64
		if err := rows.Scan(&name, &spend, &currency, &impressions, &clicks, &purchases, &roas); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s %s\t%s\t%s\t%s\t%s\t  %s\n", cents(spend), currency, grouped(impressions), grouped(clicks), grouped(purchases), roas, oneLine(name))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return w.Flush()
}

func oneLine(name string) string {
	r := []rune(strings.Join(strings.Fields(name), " "))
	if len(r) > 40 {
		r = append(r[:39], '…')
	}
	return shown(string(r))
}

// cents cuts the zeros that a six-place amount carries and groups thousands.
func cents(amount string) string {
	whole, places, _ := strings.Cut(amount, ".")
	var n int64
	if _, err := fmt.Sscan(whole, &n); err != nil {
		return amount
	}
	return grouped(n) + "." + (places + "00")[:2]
}

const dailySpend = `
SELECT d.date, coalesce(sum(f.spend), 0)::DOUBLE FROM
  (SELECT unnest(range((SELECT min(date) FROM facebook_ads.basic_account), (SELECT max(date) FROM facebook_ads.basic_account) + 1, INTERVAL 1 DAY))::DATE AS date) d
LEFT JOIN facebook_ads.basic_account f ON f.date = d.date AND f.currency = ` + mainCurrency + `
GROUP BY ALL ORDER BY ALL`

// lineDays is how many days fit into the sparkline's line.
const lineDays = 60

func spendLine(ctx context.Context, p *program, db *sql.DB) error {
	rows, err := db.QueryContext(ctx, dailySpend)
	if err != nil {
		return fmt.Errorf("read daily spend: %w", err)
	}
	defer rows.Close()
	var days []adtally.Day
	var spend []float64
	for rows.Next() {
		var day sql.NullTime
		var v float64
		if err := rows.Scan(&day, &v); err != nil {
			return err
		}
		days, spend = append(days, adtally.DayOf(day.Time, day.Time.Location())), append(spend, v)
	}
	if err := rows.Err(); err != nil || len(days) == 0 {
		return err
	}
	from := max(len(days)-lineDays, 0)
	return p.printf("\nSpend per day, %s to %s:\n  %s\n", days[from], days[len(days)-1], sparkline(spend[from:]))
}

// sparkline draws numbers as bars of a text line, the largest eight eighths
// high. A zero is blank.
func sparkline(values []float64) string {
	const bars = "▁▂▃▄▅▆▇█"
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	var b strings.Builder
	for _, v := range values {
		if v <= 0 {
			b.WriteByte(' ')
			continue
		}
		b.WriteRune([]rune(bars)[min(int(v/top*8), 7)])
	}
	return b.String()
}
