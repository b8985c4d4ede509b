package main

import (
	"fmt"
	"strings"
	"time"

	"adtally"
)

// Shares of the demo's business. Platforms claim more purchases than there are orders, because
// two of them claim the same one, and some orders come by themselves.
const (
	actualShare   = 0.62 // of claimed purchases are orders
	matchedShare  = 0.9  // of orders from ads have a campaign in their UTM values
	namedShare    = 0.2  // of them name it instead of its ID
	newShare      = 0.55 // of orders are a customer's first
	ownWay        = 6    // orders a day that come without ads
	refundShare   = 0.04
	cancelShare   = 0.02
	mostDemoSales = 40_000 // so that the demo starts fast whatever its size
)

// sale is what an order of the demo came from.
type sale struct {
	day              adtally.Day
	source, campaign string
	amount           float64
	currency         string
}

// business writes customers, orders and refunds.
func (c *demoCompany) business() (customers, orders, refunds string) {
	var cs, os, rs strings.Builder
	cs.WriteString("customer_id,acquired_at,utm_source,utm_campaign\n")
	os.WriteString("order_id,customer_id,ordered_at,amount,currency,status,utm_source,utm_campaign\n")
	rs.WriteString("refund_id,order_id,refunded_at,amount\n")
	known := 0
	for n, s := range c.sales() {
		customer := known - c.random.IntN(max(known, 1))
		if known == 0 || c.random.Float64() < newShare {
			known++
			customer = known
			fmt.Fprintf(&cs, "c%d,%s,%s,%s\n", customer, c.hour(s.day), s.source, quoted(s.campaign))
		}
		status := "paid"
		if c.random.Float64() < cancelShare {
			status = "cancelled"
		}
		fmt.Fprintf(&os, "o%d,c%d,%s,%.2f,%s,%s,%s,%s\n", n, customer, c.hour(s.day), s.amount, s.currency, status, s.source, quoted(s.campaign))
		if back := s.day + adtally.Day(2+c.random.IntN(12)); c.random.Float64() < refundShare && back < c.today {
			fmt.Fprintf(&rs, "r%d,o%d,%s,%.2f\n", n, n, c.hour(back), s.amount)
		}
	}
	return cs.String(), os.String(), rs.String()
}

// hour is a moment of a day, as shops export it.
func (c *demoCompany) hour(d adtally.Day) string {
	return d.Start(time.UTC).Add(time.Duration(c.random.IntN(24*60)) * time.Minute).Format(time.RFC3339)
}

// sales lists the orders in time: those from synced campaigns, from uploaded ones, and others.
func (c *demoCompany) sales() (all []sale) {
	claimed := 0.0
	for _, a := range c.ads {
		claimed += a.conversions
	}
	share := min(actualShare, mostDemoSales/max(claimed, 1))
	at := 0
	for n := c.days; n >= 1; n-- {
		day := c.today - adtally.Day(n)
		for ; at < len(c.ads) && c.ads[at].day <= day; at++ {
			a := c.ads[at]
			tag := a.campaign // as the UTM value {{campaign.id}}
			if c.random.Float64() < namedShare {
				tag = a.name
			}
			for range c.whole(a.conversions * share) {
				all = append(all, c.from("facebook", tag, day, a.value/max(a.conversions, 1), a.currency))
			}
		}
		for _, p := range googleCampaigns {
			for range c.whole(p.spend / p.click * p.rate * c.trend(n, p.ups) * actualShare) {
				all = append(all, c.from("google", p.name, day, p.basket, "EUR"))
			}
		}
		for range c.whole(ownWay * c.trend(n, 1.4)) {
			all = append(all, sale{day: day, source: "newsletter", amount: 40 + 60*c.random.Float64(), currency: "EUR"})
		}
	}
	return all
}

// from is an order that a campaign brought. Some lose their campaign on the way.
func (c *demoCompany) from(source, campaign string, day adtally.Day, basket float64, currency string) sale {
	if c.random.Float64() > matchedShare {
		campaign = ""
	}
	return sale{day: day, source: source, campaign: campaign, amount: max(basket, 1) * (0.5 + c.random.Float64()), currency: currency}
}

// budgets writes the budgets of the current month: what each account spent in the 30 days
// before, and too little for the first, so that there is something to see.
func (c *demoCompany) budgets() string {
	spent, currency := map[string]float64{}, map[string]string{}
	var order []string
	for _, a := range c.ads {
		if a.day < c.today-30 {
			continue
		}
		if currency[a.account] == "" {
			order = append(order, a.account)
		}
		spent[a.account] += a.spend
		currency[a.account] = a.currency
	}
	var b strings.Builder
	b.WriteString("account_id,month,currency,amount\n")
	yesterday := (c.today - 1).String()[:7]
	for i, account := range order {
		amount := spent[account] * 1.05
		if i == 0 {
			amount = spent[account] * 0.8
		}
		fmt.Fprintf(&b, "%s,%s,%s,%.0f\n", account, yesterday, currency[account], amount)
	}
	for _, o := range []struct {
		account   string
		campaigns []otherCampaign
	}{{"google-1", googleCampaigns}, {"linkedin-1", linkedinCampaigns}} {
		month := 0.0
		for _, p := range o.campaigns {
			month += 28 * p.spend
		}
		fmt.Fprintf(&b, "%s,%s,EUR,%.0f\n", o.account, yesterday, month)
	}
	return b.String()
}
