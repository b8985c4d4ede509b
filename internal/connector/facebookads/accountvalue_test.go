package facebookads_test

import (
	"testing"

	"adtally"
)

// The ID, the currency and the zone of an account in other spellings.
func TestVerify_AccountValuesInAnySpelling(t *testing.T) {
	for said, want := range map[string]adtally.Account{
		`"account_id":"act_7","currency":"eur","timezone_name":"Europe/Berlin"`:                                 {ID: "7", Currency: "EUR", Zone: "Europe/Berlin"},
		`"account_id":" 7 ","currency":" HUF ","timezone_name":" Europe/Berlin "`:                               {ID: "7", Currency: "HUF", Zone: "Europe/Berlin"},
		`"account_id":7,"currency":null,"timezone_name":"UTC"`:                                                  {ID: "7", Zone: "UTC"},
		`"account_id":7.0,"timezone_name":"UTC"`:                                                                {ID: "7", Zone: "UTC"},
		`"id":"act_7","account_id":"","timezone_name":"UTC"`:                                                    {ID: "7", Zone: "UTC"},
		`"account_id":"7","timezone_name":"Local","timezone_offset_hours_utc":1`:                                {ID: "7", Zone: "UTC+01:00"},
		`"account_id":"7","timezone_name":"Foo/Bar","timezone_offset_hours_utc":"+05:30"`:                       {ID: "7", Zone: "UTC+05:30"},
		`"account_id":"7","timezone_name":"Foo/Bar","timezone_offset_hours_utc":"-3:30"`:                        {ID: "7", Zone: "UTC-03:30"},
		`"account_id":"7","timezone_name":"Foo/Bar","timezone_offset_hours_utc":"-0:30"`:                        {ID: "7", Zone: "UTC-00:30"},
		`"account_id":"7","timezone_name":{"x":1},"timezone_offset_hours_utc":" 5.5 "`:                          {ID: "7", Zone: "UTC+05:30"},
		`"account_id":"7","timezone_name":"../../etc/localtime","timezone_offset_hours_utc":0,"currency":"Kwd"`: {ID: "7", Zone: "UTC+00:00", Currency: "KWD"},
	} {
		t.Run(said, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{listedAccounts: {says(`{"data":[{` + said + `}]}`)}}}
				g, _, err := m.verify()
				if err != nil || len(g.Accounts) != 1 || g.Accounts[0] != want {
					t.Errorf("%+v, %v; want %+v", g.Accounts, err, want)
				}
			})
		})
	}
}

// What is not a number is no account: its ID would become a part of a path.
func TestVerify_AccountWithoutNumberIsSkipped(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{listedAccounts: {says(`{"data":[{"account_id":"../me"},{"account_id":true},{"account_id":{}},` + accountText("7") + `]}`)}}}
		if g, _, err := m.verify(); err != nil || len(g.Accounts) != 1 {
			t.Errorf("%+v, %v", g.Accounts, err)
		}
	})
}

// An account that is disabled is read like any other.
func TestVerify_UnlistedDisabledAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{listedAccounts: {says(`{"data":[]}`)}, "GET act_8": {says(`{"account_id":"8","account_status":"2","currency":"EUR","timezone_name":"UTC"}`)}}}
		if g, _, err := m.verify("8"); err != nil || len(g.Accounts) != 1 || g.Accounts[0].Status != "disabled" {
			t.Errorf("%+v, %v", g.Accounts, err)
		}
	})
}

// A currency in lower case has the same minor unit: "huf" has none at Meta, and two digits
// elsewhere.
func TestDecode_CurrencyInLowerCase(t *testing.T) {
	t.Parallel()
	for currency, budget := range map[string]string{"huf": "5000.00", "Jpy": "5000.00", "eur": "50.00", "kwd": "NULL", " EUR": "NULL", "P C": "NULL"} {
		want(t, decode(t, "campaigns", currency, `{"id":"1","daily_budget":"5000"}`)["campaigns"], 0, "daily_budget", budget)
	}
}
