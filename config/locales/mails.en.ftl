# The mails of Vagus in English. Keys are the same in every file mails.*; a test holds it.
# Subject and preview are seen on locked screens: they tell the kind and a due time alone.

## Dates and spans

format-full = { $weekday } { $date } { $time } { $zone }
format-short = { $weekday } { $day } { $month } { $time }
format-day = { $day } { $month }
format-two = { $large } { $small }
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
unit-plain = { $value }
unit-hours = { $value } h
unit-dba = { $value } dB(A)
unit-celsius = { $value } °C
unit-percent = { $value } %
unit-points = { $value } points
unit-per-minute = { $value } a minute

## Subject and preview

mail-subject = Vagus: { $told }
mail-subject-test = [TEST] Vagus: { $told }
mail-subject-urgent = urgent - call now
mail-subject-raised = a new case needs you, first action due { $due }
mail-subject-raised_again = a case needs you again, first action due { $due }
mail-subject-revised = late data for a case
mail-subject-closed = a case was closed
mail-subject-workload_review = a review of working conditions is due { $due }
mail-subject-counseling = an offer is to be made, due { $due }
mail-subject-reminder = a time limit ends { $due }
mail-subject-overdue = a time limit ended { $due }
mail-subject-escalated = a time limit is over by half, it ended { $due }
mail-subject-proposal = a proposal waits for your decision
mail-subject-rescreening = an invitation to pass on, best by { $due }
mail-subject-committee = a count for the committee
mail-preview = From Vagus, for occupational health.
mail-preview-urgent = Please open this at once and act on it.
mail-preview-test = This message only tries whether messages arrive; nobody has to act.
mail-preview-closed = Nothing is asked of you.
mail-preview-workload_review = Of the work of a unit, and of no person.
mail-preview-reminder = There is still time.
mail-preview-overdue = Somebody has to take care of it.
mail-preview-escalated = Somebody has to take care of it today.
mail-preview-committee = It is of no person.
mail-now = now

## Every mail

mail-test-mark = TEST
mail-test = This message only tries whether messages arrive. The person and the case are invented: nobody has to act.
mail-confidential = Confidential: health data under medical secrecy. Do not forward it, and say nothing of it to the line manager or to human resources.
mail-sender = Sent by Vagus for { $site }. Times are those of { $zone }.
mail-zone-unnamed = the site's clock
mail-worker = Worker
mail-case = Case
mail-level = Level
mail-level-named = { $level }, { $name }
level-L0 = nothing to say
mail-due = Due
mail-action = Action
mail-next = What to do next
mail-open-case = Open the case in the console
mail-typed = On the machine where Vagus runs, FILE being its configuration:
mail-typed-by = On the machine where Vagus runs, YOU being your short name and FILE its configuration:
mail-typed-note = what you decided

## Alerts

mail-headline-call = Somebody needs a conversation now
mail-headline-raised = A case was opened
mail-headline-raised_again = A case needs you again
mail-headline-revised = Late data changed a case
mail-headline-closed = A case was closed
mail-call = Get in touch with the worker now, in person or by telephone, and assess the risk in a structured way. Acknowledge the case first, so that everybody knows that somebody calls. Where life is in danger at once, call the emergency services.
mail-alert-next = Take the case, then talk with the worker: how are sleep, recovery and work from the worker's own point of view? The review of the work goes on whether or not the worker wants counselling.
mail-alert-next-revised = Look whether what was agreed still fits. The case stays open until the person in charge closes it.
mail-rules = Rules
mail-window = Days looked at
mail-window-days = { $from } to { $to }
mail-open-since = Open since
mail-asked-for = What is asked for
mail-became-of = What became of the actions
mail-state = State
mail-suggested-work = Suggested for the work:
mail-suggested-worker = Suggested for the worker:
mail-suggested-rules = Suggested by the rules:
mail-no-review = No review of the workload is asked for: a clinician can ask for one.

## What an alert rests on

mail-rests-on = What it rests on
mail-found = Found
mail-compared-with = Compared with
mail-found-band = { $score } ({ $band })
mail-found-ago = { $found }, { $days ->
    [one] { $days } day ago
   *[other] { $days } days ago
}
mail-found-today = { $found }, today
mail-found-prorated = { $found }, a missing answer filled in
mail-filled-in = filled in on { $date }, counts until { $until }
mail-filled-in-concordance = { $told }; { $concordance }
concordance-both_low = the wristband is unremarkable too
concordance-both_high = the wristband points the same way
concordance-questionnaire_only = the wristband does not show it
concordance-physiology_only = the wristband shows more than the answers
mail-hrv = Night-time HRV
mail-hrv-illness = set aside: an illness was reported
mail-hrv-irregular = set aside: the beats were irregular
mail-hrv-found = { $change } % { $side } usual, { $state }
mail-hrv-against = the worker's own usual; { $used } of { $nights } nights usable
mail-heart = Heart rate asleep
mail-heart-found = { $spreads } of its usual spreads { $side } usual
mail-heart-against = the worker's own usual; mean of 7 days
mail-sleep = Sleep
mail-sleep-found = { $hours } h a night
mail-sleep-efficiency = { $found }, { $percent } % of the time in bed
mail-sleep-poor = { $found }; poor for most of a week
mail-sleep-against = a need of { $need } h; { $debt } h short over 14 days
mail-index = Strain index
mail-index-against = 50 is the worker's usual
mail-index-parts = 50 is the worker's usual: { $parts }
mail-limit = a limit of { $limit }
mail-limit-source = a limit of { $limit } ({ $source })
mail-else = What else may explain it
mail-reported = Reported in these days: { $said }.
mail-doubt-questionnaire = A questionnaire can be wrong, in both directions: a bad day, a question misread, an answer meant to please. The conversation decides, not the score.
mail-doubt-confidence = What the wristband tells can be trusted to { $percent } of 100 (nights worn, quality).

## Working conditions by name

condition-weekly_hours = Weekly hours
condition-overtime_days = Days of overtime running
condition-overtime_noise_lex8h_dba = Noise on days of overtime
condition-consecutive_work_days = Days without a day's rest
condition-consecutive_nights = Night shifts in a row
condition-nights_in_28_d = Night shifts in 28 days
condition-night_spell_weeks = Weeks of night work
condition-quick_returns_7_d = Short rests in 7 days
condition-noise_lex8h_dba = Noise of a day
condition-noise_lex40h_dba = Noise of a week
condition-wbgt_c = Heat (WBGT)
condition-violence_events_7_d = Violence in 7 days
condition-days_since_incident = Days since violence or an accident
condition-days_since_return = Days since the return to work
mail-condition = { $name }: { $figure }

## Reviews of the work

mail-headline-review = Please review the work of a unit
mail-unit = Unit
mail-unit-unknown = not known
mail-review = Please review the work of this unit: hours, breaks, staffing, clarity of tasks, noise and heat. What can be removed or reduced comes before what people are to get used to.
mail-review-no-unit = Please review working conditions: hours, breaks, staffing, clarity of tasks, noise and heat. Which unit is not known to Vagus, since its register does not say; begin where you know of strain, and ask whoever runs Vagus to import the units. What can be removed or reduced comes before what people are to get used to.
mail-review-no-limit = No limit is known to be exceeded. That may be because none is, or because hours, noise and heat of this work are not sent to Vagus: find out which.
mail-review-look = What to look at
mail-review-look-1 = Hours: how long are the weeks, overtime included, and for how many weeks already?
mail-review-look-2 = Breaks and rests: are breaks taken, are there 11 h between shifts, and whole days without work?
mail-review-look-3 = Shifts: how many nights in a row, and how early do shifts begin?
mail-review-look-4 = Staffing: are places vacant, and who does the work of those who are away?
mail-review-look-5 = Tasks: is it clear who does what and what comes first, and do demands and means fit each other?
mail-review-look-6 = Noise: was it measured, and is it 85 dB(A) or more over a day?
mail-review-look-7 = Heat: was it measured, and are there shade, water and rests?
mail-review-look-8 = Safety: was there violence or an accident, and was it talked over?
mail-review-exceeded = Limits that were exceeded
mail-review-next = Agree with the unit what will change and until when, and tell occupational health when the review has begun and when it is done. Ask nobody why it was asked for: it is of the work, and of no person.
mail-review-open = This message holds nothing of any person.

## Offers

mail-headline-offer = Please offer counselling
mail-offer-call = Get in touch with the worker now, in person or by telephone. The duty clinician has been asked, too: agree who of you calls. Where life is in danger at once, call the emergency services.
mail-offer = Occupational health asks you to offer counselling to a worker. The offer is voluntary: a worker who declines has no disadvantage, and need not say why.
mail-offer-next = Say what becomes of it (accepted, started, done or declined) in your own system, or in the case. What is said in the conversations stays with you.
mail-offer-order = Order of calls
mail-offer-by = To be offered by

## Time limits

mail-headline-reminder = A time limit of a case is near
mail-headline-overdue = A time limit of a case is over
mail-headline-escalated = A time limit of a case is over by half
mail-limit-reminder = There are { $span } left.
mail-limit-overdue = The whole time that is set for it has passed.
mail-limit-escalated = It has been over for { $span }, half of the time set.
mail-limit-what = What is due
mail-limit-since = Runs since
mail-limit-used = Used up
mail-limit-state = The case is
mail-limit-next-reminder = Do it, or hand the case to somebody who can.
mail-limit-next-overdue = Ask the person in charge what is in the way, or hand the case to somebody who can.
mail-limit-next-escalated = Decide today who does it. The health and safety committee is told that a limit is over by half, as a count and without any name.
mail-milestone-acknowledge = Taking the case
mail-milestone-assess = Getting in touch with the worker
mail-milestone-plan = Agreeing what will be done
mail-milestone-first_action = Beginning the first action
mail-milestone-follow_up = Asking the worker whether it helps
mail-milestone-close_review = Looking at the case as a whole, to end it
mail-milestone-numbered = { $milestone } (number { $number })

## Proposals

mail-headline-proposal = A proposal for you to decide on
mail-proposal-method = Method so far
mail-proposal-weeks = Weeks since it began
mail-proposal-advice = Proposed
mail-proposal-to = Proposed method
mail-proposal-changes = Before and after
mail-proposal-change = Change
mail-proposal-verdict = Verdict
mail-proposal-decide = You decide, together with the worker; nothing changes by itself. A change after an action does not prove that the action caused it: cases begin at bad times, and bad times pass.
outcome-ln_rmssd = Night-time HRV (ln RMSSD)
outcome-tst24_h = Sleep in 24 h
outcome-rhr_bpm = Heart rate asleep
outcome-index = Strain index
outcome-weekly_hours = Weekly hours
outcome-overtime_days = Overtime days a week
outcome-night_shifts = Night shifts a week
outcome-quick_returns = Short rests a week
outcome-noise_lex8h_dba = Noise
outcome-wbgt_c = Heat (WBGT)
verdict-improved = improved
verdict-unclear = unclear
verdict-worse = worse
mail-outcome-interval = { $told } (95 %: { $low } to { $high })
mail-outcome-tau = { $told }, Tau-U { $tau }
mail-outcome-values = { $told }; { $before } values before, { $after } after

## Invitations and counts

mail-headline-invitation = Please invite a worker
mail-invitation = Please invite the worker to fill in these questionnaires again, so that it can be seen whether things are getting better. It is voluntary, and the answers are seen by occupational health alone.
mail-invitation-instruments = Questionnaires
mail-invitation-by = Best by
mail-invitation-next = Pass the invitation on in the way you usually reach the worker.
mail-headline-committee = Time limits of the occupational health service
mail-committee = { $cases ->
    [one] Since the committee was told last and before { $date }, { $cases } case went over a time limit of the occupational health service by half or more.
   *[other] Since the committee was told last and before { $date }, { $cases } cases went over a time limit of the occupational health service by half or more.
}
mail-committee-meaning = Occupational health knows which, and its head has been told. This count is given so that the committee can see whether the service has the people and the time that it needs.
mail-committee-open = This message holds a count alone, and nothing of any person.

## Many in one

mail-digest-subject = Vagus: { $count } messages in one
mail-digest-preview = More came than can be read one by one.
mail-digest-headline = Many messages in one
mail-digest-told = { $count } messages for you came in a short time. So that none is overlooked, they are told here together; nothing else of them is sent to you. Please look at each.
mail-digest-came = What came
mail-digest-typed = A case is shown on the machine where Vagus runs, FILE being its configuration, by:
mail-digest-footer = Sent by Vagus. Crises are never put together: each comes by itself, at once.
mail-digest-other = Other messages
mail-digest-raised = New cases
mail-digest-raised_again = Cases whose level rose
mail-digest-revised = Cases changed by late data
mail-digest-closed = Closed cases
mail-digest-workload_review = Requested reviews of working conditions
mail-digest-counseling = Requested offers
mail-digest-reminder = Time limits that end soon
mail-digest-overdue = Time limits that ended
mail-digest-escalated = Time limits over by half
mail-digest-proposal = Proposals that wait for a decision
mail-digest-rescreening = Invitations to pass on
mail-digest-committee = Counts for the committee
mail-line-alert = { $case }: first action due { $due }
mail-line-offer = { $case }: to be offered by { $due }
mail-line-limit = { $case }: { $milestone }, due { $due }
mail-line-proposal = { $case }: week { $week }
mail-line-invitation = { $case }: best by { $date }
mail-line-committee = { $date }: { $cases }
mail-line-review = unit { $unit }, due { $due }; limits that were exceeded: { $limits } ({ $action })
mail-line-review-none = unit { $unit }, due { $due }; no limit is known to be exceeded ({ $action })

## Why something is proposed

reason-test = This event only tries whether events arrive. The worker and the case are invented; nobody has to act.
reason-regression = People enter a case when they are at their worst, and part of any change is a return to what is usual for them: this compares one person before and after, and does not show that the action was the cause.
reason-preliminary = The four weeks that the nights are compared over are not complete yet, so what they say is preliminary.
reason-no_score = No questionnaire since then can be compared with one from before the start.
reason-invite = Invite the worker again to fill one in.
reason-no_other = The library has no further method for this: ask a physician or a specialist how to go on.
reason-worse = The worker got reliably worse: go up one step now, within the time limits of level L3.
reason-nights_better = The nights alone got better: go on as it is, and ask for a questionnaire.
reason-nights_unclear = The nights alone do not tell whether it helps.
reason-settled = Two scores { $number } days apart are under the cut-off: the action can be closed.
reason-settled_but_hrv = The scores stay under the cut-off, but night-time HRV is persistently low: go on, and look for other reasons for it.
reason-responding = The scores respond: go on as it is. It can be closed when two scores { $number } days apart are under the cut-off.
reason-partial_early = Some of it is better, and it is early: go on as it is until week { $number }.
reason-partial = The response is partial: intensify (more sessions, more often, face to face) and test again in week { $number }.
reason-partial_still = The response stayed partial after it was intensified: go up one step.
reason-none_early = Nothing has changed yet, and it is early: go on as it is until week { $number }.
reason-none_yet = There is no response so far: ask whether it takes place as planned, and intensify. Without a response in week { $number } another method is due.
reason-too_small_switch = The response is too small. Change the method:
reason-too_small_step_up = The response is too small. No other method of this step is left, so go up one step:
reason-no_conditions = No working conditions were reported both before the start and since: ask the plant for them.
reason-nothing_over = No working condition was over its limit before the start, so figures cannot tell what the review changed: ask the worker and the line.
reason-conditions_changed = The working conditions changed: keep what was agreed.
reason-conditions_early = Not everything has changed yet: see it through until week { $number }.
reason-conditions_not_yet = What was agreed has not changed the working conditions so far: press for it. Without a change in week { $number } the health and safety committee is to be told.
reason-conditions_unchanged = The working conditions did not change: take it to the health and safety committee, without naming the worker.
reason-week = Week { $week }; no method was named.
reason-week-method = Week { $week } of: { $method }.
reason-method = { $name } (step { $step }, { $weeks } weeks): { $what }
reason-score = { $instrument } was { $before } on { $before_on } and { $now } on { $now_on }, { $way }: { $response }{ $needed }.
reason-better = { $percent } % better
reason-poorer = { $percent } % worse
reason-same = the same
reason-reliable = { " " }({ $points } points are a reliable change)
response-worse = reliably worse
response-none = no reliable improvement
response-partial = a partial response
response-recovered = recovered
response-responded = a response
reason-series = { $outcome } { $shift }{ $interval }, { $before } nights before and { $after } since: { $verdict }.
reason-interval = { " " }({ $low } to { $high })
reason-exposure = { $name }: { $before } in { $weeks_before } weeks before, { $after } in { $weeks_after } since: { $change }.
change-improved = less than before
change-unclear = not changed
change-worse = more than before
