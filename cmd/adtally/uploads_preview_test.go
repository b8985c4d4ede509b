package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/upload"
)

// The preview shows what a load would keep and refuse, also while the mapping is incomplete.
func TestUpload_Understand(t *testing.T) {
	u := newUploadTest(t)
	see := func(name string, kind adtally.FileKind, text string, change func(*adtally.FileMapping), want ...adtally.FileReading) {
		t.Helper()
		f, err := u.Receive(t.Context(), name, kind, strings.NewReader(text), "user:u", uploadAudit)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(&f.Mapping)
		}
		for i := range want {
			if want[i].Problems == nil {
				want[i].Problems = []adtally.LineError{}
			}
		}
		if d := cmp.Diff(want, upload.Understand(f)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
	type values = map[string]string
	orders := "Name;Created at;Total;Currency\n#1;31.01.2026 10:00;1.234,50;EUR\n#1;;;\n#2;soon;five;EUR\n;01.02.2026;5,00;EUR\nTotal;;1.239,50;\n"
	see("orders", adtally.OrdersFile, orders, func(m *adtally.FileMapping) { m.Zone = "Europe/Berlin" },
		adtally.FileReading{Line: 2, Values: values{"order_id": "#1", "ordered_at": "2026-01-31T09:00:00Z", "amount": "1234.50", "currency": "EUR"}},
		adtally.FileReading{Line: 3, Values: values{"order_id": "#1"}, Skipped: true},
		adtally.FileReading{Line: 4, Values: values{"order_id": "#2", "currency": "EUR"}, Problems: []adtally.LineError{{Line: 4, Column: "Created at", Value: "soon", Reason: "It is not a date of the form DD.MM.YYYY"}, {Line: 4, Column: "Total", Value: "five", Reason: "It is not a number"}}},
		adtally.FileReading{Line: 5, Values: values{"ordered_at": "2026-01-31T23:00:00Z", "amount": "5.00", "currency": "EUR"}, Problems: []adtally.LineError{{Line: 5, Column: "Name", Reason: "It is empty"}}},
		adtally.FileReading{Line: 6, Values: values{"order_id": "Total", "amount": "1239.50"}, Skipped: true})
	// Nobody has decided how dates are written, and nothing says the currency.
	see("undecided", adtally.OrdersFile, "order_id,date,amount\n1,01/02/2026,5.5\n", nil,
		adtally.FileReading{Line: 2, Values: values{"order_id": "1", "amount": "5.5"}})
	see("rates", adtally.RatesFile, "Date,USD,JPY,\n2026-01-02,1.25,N/A,\n", nil,
		adtally.FileReading{Line: 2, Values: values{"day": "2026-01-02", "USD": "1.25"}})
}
