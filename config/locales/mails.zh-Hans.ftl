# The mails of Vagus in Simplified Chinese. Keys are the same in every file mails.*; a test holds it.
# Subject and preview are seen on locked screens: they tell the kind and a due time alone.

## Dates and spans

format-full = { $date }（{ $weekday }）{ $time } { $zone }
format-short = { $number }月{ $day }日（{ $weekday }）{ $time }
format-day = { $number }月{ $day }日
format-two = { $large } { $small }
weekday-1 = 周一
weekday-2 = 周二
weekday-3 = 周三
weekday-4 = 周四
weekday-5 = 周五
weekday-6 = 周六
weekday-7 = 周日
unit-plain = { $value }
unit-hours = { $value } 小时
unit-dba = { $value } dB(A)
unit-celsius = { $value } °C
unit-percent = { $value }%
unit-points = { $value } 分
unit-per-minute = { $value } 次/分

## Subject and preview

mail-subject = Vagus：{ $told }
mail-subject-test = [测试] Vagus：{ $told }
mail-subject-urgent = 紧急，请立即联系
mail-subject-raised = 有新个案需要您处理，首项措施时限 { $due }
mail-subject-raised_again = 有个案再次需要您处理，首项措施时限 { $due }
mail-subject-revised = 有个案收到迟到的数据
mail-subject-closed = 有个案已结案
mail-subject-workload_review = 需评估工作条件，时限 { $due }
mail-subject-counseling = 需提供一项帮助，时限 { $due }
mail-subject-reminder = 有时限即将届满：{ $due }
mail-subject-overdue = 有时限已届满：{ $due }
mail-subject-escalated = 有时限逾期过半，届满于 { $due }
mail-subject-proposal = 有一项建议等待您决定
mail-subject-rescreening = 有一份邀请请您转达，最好在 { $due } 之前
mail-subject-committee = 供委员会参阅的统计数
mail-preview = 来自 Vagus，职业健康专用。
mail-preview-urgent = 请立即打开并处理。
mail-preview-test = 本邮件仅用于测试能否送达，无需任何人处理。
mail-preview-closed = 无需您处理。
mail-preview-workload_review = 只涉及一个部门的工作，不涉及任何个人。
mail-preview-reminder = 尚有时间。
mail-preview-overdue = 需要有人处理。
mail-preview-escalated = 今天就需要有人处理。
mail-preview-committee = 不涉及任何个人。
mail-now = 现在

## Every mail

mail-test-mark = 测试
mail-test = 本邮件仅用于测试能否送达。其中的人员和个案均为虚构，无需任何人处理。
mail-confidential = 保密：健康数据，受医疗保密义务保护。请勿转发，也不要向部门经理或人事部门透露其内容。
mail-sender = 由 Vagus 为 { $site } 发送。时间以 { $zone } 为准。
mail-zone-unnamed = 工作地点的当地时钟
mail-worker = 劳动者
mail-case = 个案
mail-level = 级别
mail-level-named = { $level }（{ $name }）
level-L0 = 无需告知
mail-due = 时限
mail-action = 措施
mail-next = 下一步
mail-open-case = 在控制台中打开个案
mail-typed = 在运行 Vagus 的机器上执行，FILE 为其配置文件：
mail-typed-by = 在运行 Vagus 的机器上执行，YOU 为您的短名，FILE 为其配置文件：
mail-typed-note = 您的决定

## Alerts

mail-headline-call = 有人现在需要一次谈话
mail-headline-raised = 已建立一例个案
mail-headline-raised_again = 有个案再次需要您处理
mail-headline-revised = 迟到的数据改变了一例个案
mail-headline-closed = 一例个案已结案
mail-call = 请立即当面或通过电话联系本人，并以结构化方式评估风险。请先接手个案，让大家知道已有人联系。如有即刻的生命危险，请呼叫急救。
mail-alert-next = 请先接手个案，再与本人交谈：从本人的角度看，睡眠、恢复和工作情况如何？无论本人是否愿意接受心理咨询，工作负荷评估都照常进行。
mail-alert-next-revised = 请核对已商定的内容是否仍然合适。在负责人结案之前，个案一直有效。
mail-rules = 规则
mail-window = 考察日期
mail-window-days = { $from }至{ $to }
mail-open-since = 建立时间
mail-asked-for = 要求的措施
mail-became-of = 各项措施的结果
mail-state = 状态
mail-suggested-work = 对工作的建议：
mail-suggested-worker = 对本人的建议：
mail-suggested-rules = 规则给出的建议：
mail-no-review = 未要求工作负荷评估：临床人员可以要求进行。

## What an alert rests on

mail-rests-on = 依据
mail-found = 结果
mail-compared-with = 对照
mail-found-band = { $score }（{ $band }）
mail-found-ago = { $found }，{ $days } 天前
mail-found-today = { $found }，今天
mail-found-prorated = { $found }，一项缺失的回答已补足
mail-filled-in = 填写于{ $date }，有效至{ $until }
mail-filled-in-concordance = { $told }；{ $concordance }
concordance-both_low = 腕带数据也无异常
concordance-both_high = 腕带数据指向一致
concordance-questionnaire_only = 腕带数据未见相应变化
concordance-physiology_only = 腕带数据的变化大于回答所示
mail-hrv = 夜间心率变异性
mail-hrv-illness = 暂不评价：本人报告患病
mail-hrv-irregular = 暂不评价：心搏不规则
mail-hrv-found = { $side }平时水平 { $change }%，{ $state }
mail-hrv-against = 本人平时水平；{ $nights } 夜中 { $used } 夜可用
mail-heart = 睡眠心率
mail-heart-found = { $side }平时水平 { $spreads } 个标准差
mail-heart-against = 本人平时水平；7 天均值
mail-sleep = 睡眠
mail-sleep-found = 每夜 { $hours } 小时
mail-sleep-efficiency = { $found }，占卧床时间的 { $percent }%
mail-sleep-poor = { $found }；一周中多数夜晚睡眠不佳
mail-sleep-against = 需要 { $need } 小时；14 天累计缺少 { $debt } 小时
mail-index = 综合紧张指数
mail-index-against = 本人平时水平为 50
mail-index-parts = 本人平时水平为 50：{ $parts }
mail-limit = 限值 { $limit }
mail-limit-source = 限值 { $limit }（{ $source }）
mail-else = 其他可能的解释
mail-reported = 这几天本人报告：{ $said }。
mail-doubt-questionnaire = 量表可能有误，偏高偏低都有可能：状态不好的一天、误解的题目、为迎合而作的回答。起决定作用的是面谈，而不是得分。
mail-doubt-confidence = 腕带数据的可信度为 { $percent }/100（依据佩戴夜数和数据质量）。

## Working conditions by name

condition-weekly_hours = 每周工时
condition-overtime_days = 连续加班天数
condition-overtime_noise_lex8h_dba = 加班日噪声
condition-consecutive_work_days = 连续工作天数（无休息日）
condition-consecutive_nights = 连续夜班次数
condition-nights_in_28_d = 28 天内夜班次数
condition-night_spell_weeks = 夜班持续周数
condition-quick_returns_7_d = 7 天内班间休息过短的次数
condition-noise_lex8h_dba = 日噪声暴露
condition-noise_lex40h_dba = 周噪声暴露
condition-wbgt_c = 高温（WBGT）
condition-violence_events_7_d = 7 天内暴力事件
condition-days_since_incident = 距暴力或事故的天数
condition-days_since_return = 距返岗的天数
mail-condition = { $name }：{ $figure }

## Reviews of the work

mail-headline-review = 请评估一个部门的工作
mail-unit = 部门
mail-unit-unknown = 未知
mail-review = 请评估该部门的工作：工时、休息、人员配备、任务是否清楚、噪声和高温。能够消除或减少的，应优先于让人去适应。
mail-review-no-unit = 请评估工作条件：工时、休息、人员配备、任务是否清楚、噪声和高温。Vagus 的登记册中没有记录是哪个部门；请从您所知负荷较重之处开始，并请 Vagus 的运维人员导入部门信息。能够消除或减少的，应优先于让人去适应。
mail-review-no-limit = 目前未发现超过限值的情况。可能确实没有超过，也可能是这项工作的工时、噪声和高温数据没有送到 Vagus：请查明是哪一种。
mail-review-look = 需要查看的内容
mail-review-look-1 = 工时：每周工作多长时间（含加班），已持续多少周？
mail-review-look-2 = 休息：工间是否休息，两班之间是否有 11 小时，是否有完整的休息日？
mail-review-look-3 = 轮班：连续上多少个夜班，早班几点开始？
mail-review-look-4 = 人员：是否有空缺，缺勤者的工作由谁承担？
mail-review-look-5 = 任务：谁做什么、何者优先是否清楚，要求与条件是否相称？
mail-review-look-6 = 噪声：是否测量过，全天是否达到或超过 85 dB(A)？
mail-review-look-7 = 高温：是否测量过，有无遮阴、饮水和休息？
mail-review-look-8 = 安全：是否发生过暴力或事故，事后是否谈过？
mail-review-exceeded = 超过的限值
mail-review-next = 请与该部门商定改变什么、何时完成，并在评估开始和完成时告知职业健康部门。请勿追问提出要求的原因：它针对的是工作，不针对任何个人。
mail-review-open = 本邮件不含任何个人的信息。

## Offers

mail-headline-offer = 请提供心理咨询
mail-offer-call = 请立即当面或通过电话联系本人。值班医师也已接到请求：请商定由谁联系。如有即刻的生命危险，请呼叫急救。
mail-offer = 职业健康部门请您向一名劳动者提供心理咨询。是否接受完全自愿：不接受不会带来任何不利，也无需说明理由。
mail-offer-next = 请在您自己的系统或个案中说明进展（已接受、已开始、已完成或未接受）。谈话内容只留在您处。
mail-offer-order = 联系的先后级别
mail-offer-by = 提供期限

## Time limits

mail-headline-reminder = 一例个案的时限临近
mail-headline-overdue = 一例个案的时限已过
mail-headline-escalated = 一例个案的时限逾期过半
mail-limit-reminder = 还剩 { $span }。
mail-limit-overdue = 规定的时间已全部用完。
mail-limit-escalated = 已超期 { $span }，达规定时间的一半。
mail-limit-what = 待办事项
mail-limit-since = 起算时间
mail-limit-used = 已用时间
mail-limit-state = 个案状态
mail-limit-next-reminder = 请完成该事项，或把个案交给能够完成的人。
mail-limit-next-overdue = 请询问负责人有何困难，或把个案交给能够完成的人。
mail-limit-next-escalated = 请今天决定由谁完成。职业健康安全委员会将获知有时限逾期过半，只有数目，没有姓名。
mail-milestone-acknowledge = 接手个案
mail-milestone-assess = 与本人取得联系
mail-milestone-plan = 商定方案
mail-milestone-first_action = 启动首项措施
mail-milestone-follow_up = 询问本人措施是否有帮助
mail-milestone-close_review = 全面回顾个案，以便结案
mail-milestone-numbered = { $milestone }（第 { $number } 次）

## Proposals

mail-headline-proposal = 有一项建议请您决定
mail-proposal-method = 目前的方法
mail-proposal-weeks = 开始以来的周数
mail-proposal-advice = 建议
mail-proposal-to = 建议的方法
mail-proposal-changes = 前后对比
mail-proposal-change = 变化
mail-proposal-verdict = 判断
mail-proposal-decide = 由您与本人共同决定；系统不会自行改变任何事。措施之后的变化并不证明由措施引起：个案往往始于不好的时期，而不好的时期会过去。
outcome-ln_rmssd = 夜间心率变异性（ln RMSSD）
outcome-tst24_h = 24 小时睡眠
outcome-rhr_bpm = 睡眠心率
outcome-index = 综合紧张指数
outcome-weekly_hours = 每周工时
outcome-overtime_days = 每周加班天数
outcome-night_shifts = 每周夜班次数
outcome-quick_returns = 每周班间休息过短的次数
outcome-noise_lex8h_dba = 噪声
outcome-wbgt_c = 高温（WBGT）
verdict-improved = 改善
verdict-unclear = 尚不明确
verdict-worse = 变差
mail-outcome-interval = { $told }（95%：{ $low } 至 { $high }）
mail-outcome-tau = { $told }，Tau-U { $tau }
mail-outcome-values = { $told }；之前 { $before } 个值，之后 { $after } 个值

## Invitations and counts

mail-headline-invitation = 请邀请一名劳动者
mail-invitation = 请邀请该劳动者再次填写以下量表，以便了解情况是否好转。填写完全自愿，回答只有职业健康人员可以看到。
mail-invitation-instruments = 量表
mail-invitation-by = 最好不晚于
mail-invitation-next = 请以您平时联系该劳动者的方式转达邀请。
mail-headline-committee = 职业健康服务的时限情况
mail-committee = 自上次告知委员会以来至{ $date }之前，有 { $cases } 例个案超过职业健康服务规定的时限达一半或更多。
mail-committee-meaning = 职业健康部门知道是哪些个案，其负责人也已获知。提供这一数目，是为了让委员会了解该服务是否有足够的人员和时间。
mail-committee-open = 本邮件只含一个数目，不含任何个人的信息。

## Many in one

mail-digest-subject = Vagus：{ $count } 条消息合并为一封
mail-digest-preview = 消息较多，难以逐条阅读。
mail-digest-headline = 多条消息合并
mail-digest-told = 短时间内有 { $count } 条给您的消息。为避免遗漏，合并在此告知，不再另行发送。请逐条查看。
mail-digest-came = 消息概览
mail-digest-typed = 在运行 Vagus 的机器上可用以下命令查看个案，FILE 为其配置文件：
mail-digest-footer = 由 Vagus 发送。危机消息从不合并：每一条都会立即单独发送。
mail-digest-other = 其他消息
mail-digest-raised = 新个案
mail-digest-raised_again = 级别上升的个案
mail-digest-revised = 因迟到数据而改变的个案
mail-digest-closed = 已结案的个案
mail-digest-workload_review = 要求的工作条件评估
mail-digest-counseling = 要求提供的帮助
mail-digest-reminder = 即将届满的时限
mail-digest-overdue = 已届满的时限
mail-digest-escalated = 逾期过半的时限
mail-digest-proposal = 等待决定的建议
mail-digest-rescreening = 需要转达的邀请
mail-digest-committee = 供委员会参阅的统计数
mail-line-alert = { $case }：首项措施时限 { $due }
mail-line-offer = { $case }：提供期限 { $due }
mail-line-limit = { $case }：{ $milestone }，时限 { $due }
mail-line-proposal = { $case }：第 { $week } 周
mail-line-invitation = { $case }：最好不晚于{ $date }
mail-line-committee = { $date }：{ $cases }
mail-line-review = 部门 { $unit }，时限 { $due }；超过的限值：{ $limits }（{ $action }）
mail-line-review-none = 部门 { $unit }，时限 { $due }；未发现超过限值的情况（{ $action }）

## Why something is proposed

reason-test = 本事件仅用于测试能否送达。其中的劳动者和个案均为虚构，无需任何人处理。
reason-regression = 个案往往在情况最差时建立，任何变化中都有一部分只是回到本人的平时水平：这里只是对同一个人作前后比较，不能说明变化由措施引起。
reason-preliminary = 用于比较的四周尚未满，因此夜间数据的结论只是初步的。
reason-no_score = 此后没有可与开始前比较的量表。
reason-invite = 请再次邀请本人填写量表。
reason-no_other = 方法库中没有其他适用的方法：请咨询医师或专科人员如何继续。
reason-worse = 本人情况确有变差：请现在就提高一级照护，并按 L3 级的时限执行。
reason-nights_better = 仅夜间数据有所改善：照此继续，并请本人填写量表。
reason-nights_unclear = 仅凭夜间数据无法判断是否有帮助。
reason-settled = 相隔 { $number } 天的两次得分均低于界值：该措施可以结束。
reason-settled_but_hrv = 得分保持低于界值，但夜间心率变异性持续偏低：请继续，并查找其他原因。
reason-responding = 得分有好转：照此继续。相隔 { $number } 天的两次得分均低于界值时即可结束。
reason-partial_early = 部分有所好转，但时间尚早：照此继续到第 { $number } 周。
reason-partial = 部分有效：请加强（增加次数、提高频率、改为面对面），并在第 { $number } 周再次测评。
reason-partial_still = 加强之后仍只是部分有效：请提高一级照护。
reason-none_early = 尚无变化，但时间尚早：照此继续到第 { $number } 周。
reason-none_yet = 目前尚未见效：请询问是否按计划进行，并予以加强。如到第 { $number } 周仍未见效，应更换方法。
reason-too_small_switch = 效果过小。请更换方法：
reason-too_small_step_up = 效果过小。本级已没有其他方法，请提高一级照护：
reason-no_conditions = 开始之前和之后没有都报告工作条件：请向工厂索取。
reason-nothing_over = 开始之前没有工作条件超过限值，因此数字无法说明评估带来的改变：请询问本人和一线。
reason-conditions_changed = 工作条件已经改变：请保持已商定的做法。
reason-conditions_early = 尚未全部改变：请继续落实到第 { $number } 周。
reason-conditions_not_yet = 已商定的做法至今未改变工作条件：请督促落实。如到第 { $number } 周仍无改变，应告知职业健康安全委员会。
reason-conditions_unchanged = 工作条件没有改变：请提交职业健康安全委员会，不要提及本人姓名。
reason-week = 第 { $week } 周；未指定方法。
reason-week-method = 第 { $week } 周：{ $method }。
reason-method = { $name }（第 { $step } 级，{ $weeks } 周）：{ $what }
reason-score = { $instrument } 于{ $before_on }为 { $before } 分，{ $now_on }为 { $now } 分，{ $way }：{ $response }{ $needed }。
reason-better = 好转 { $percent }%
reason-poorer = 变差 { $percent }%
reason-same = 没有变化
reason-reliable = （变化 { $points } 分才算可靠）
response-worse = 确有变差
response-none = 没有可靠的改善
response-partial = 部分有效
response-recovered = 已恢复
response-responded = 有效
reason-series = { $outcome } { $shift }{ $interval }，之前 { $before } 夜，之后 { $after } 夜：{ $verdict }。
reason-interval = （{ $low } 至 { $high }）
reason-exposure = { $name }：之前 { $weeks_before } 周为 { $before }，之后 { $weeks_after } 周为 { $after }：{ $change }。
change-improved = 比之前少
change-unclear = 没有改变
change-worse = 比之前多
