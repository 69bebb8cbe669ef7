# Vagus in Simplified Chinese. Keys are the same in every file of this folder; a test holds it.

## Dates and numbers

format-date = { $year }年{ $number }月{ $day }日
format-moment = { $date } { $time }
format-decimal-mark = .
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
span-days = { $count } 天
span-hours = { $count } 小时
span-minutes = { $count } 分钟
count-cases = { $count } 例个案

## Every page

skip-to-content = 跳到主要内容
nav-main = 主导航
nav-inbox = 待办
nav-unseen = 未能监测的人员
nav-units = 部门
nav-rules = 规则
nav-system = 系统
nav-audit = 审计日志
nav-accounts = 账号
sign-out = 退出登录
signed-in-as = { $name }（{ $role }）
language = 语言
language-set = 切换
demo-banner = 演示环境：所有劳动者均为虚构。
none = 无
unknown = 不详

## Signing in

sign-in-title = 登录 Vagus
sign-in-name = 用户名
sign-in-password = 密码
sign-in-button = 登录
sign-in-wrong = 用户名或密码不正确。
sign-in-wait = 尝试次数过多，请在 { $wait }后重试。
password-title = 请设置您自己的密码
password-why = 您刚才登录所用的密码由他人设置。
password-new = 新密码
password-again = 再次输入新密码
password-button = 保存
password-rule = 至少 15 个字符；用一句话作密码更容易记住。
password-too-short = 密码不足 15 个字符。
password-too-long = 密码超过 256 个字符。
password-differs = 两次输入的密码不一致。

## Accounts

accounts-title = 账号
accounts-caption = 可以登录的人员
accounts-name = 用户名
accounts-name-hint = 字母、数字以及 . _ -
accounts-role = 角色
accounts-sites = 厂区
accounts-sites-all = 所有厂区
accounts-sites-named = 仅限以下厂区，用逗号分隔
accounts-state = 状态
accounts-do = 更改
accounts-active = 启用
accounts-one-time = 使用一次性密码
accounts-disabled = 已停用
accounts-change-of = 更改 { $name }
accounts-change = 保存角色和厂区
accounts-disable = 停用
accounts-enable = 启用
accounts-reset = 新的一次性密码
accounts-new = 新账号
accounts-add = 创建账号
accounts-done = { $name } 已更改，并已在所有设备上退出登录。
accounts-password-of = { $name } 的一次性密码：
accounts-password-once = 仅显示这一次。首次登录时须设置自己的密码。
accounts-wrong-name = 用户名无效：应为字母、数字以及 . _ -，最多 64 个字符。
accounts-wrong-site = 厂区名无效：应为字母、数字、- 和 _。
accounts-wrong-sites = 请填写厂区或勾选所有厂区，两者选其一。
accounts-wrong-role = 没有这个角色。
accounts-wrong-unknown = 没有这个账号，或其厂区不归您管理。
accounts-wrong-exists = 该用户名已存在。
accounts-wrong-last = 这是最后一位管理员，请先创建另一位。
accounts-wrong-failed = 未能更改。
sign-out-all = 在所有设备上退出登录
sign-out-all-why = 如果您用过的某个浏览器已不在您手中：

## Audit and emergencies

audit-title = 审计日志
audit-lines = 谁查看和做了什么，最新的在前
audit-person = 人员
audit-none = 没有符合筛选条件的记录。
audit-fields = 查看的内容
audit-outcome = 结果
audit-pages = 审计日志分页
audit-page = 第 { $page } 页
audit-newer = 较新
audit-older = 较旧
audit-what-read = 查看
audit-what-deed = 操作
audit-what-sign_in = 登录
audit-what-sign_out = 退出登录
audit-what-account = 更改账号
audit-what-export = 导出
audit-what-erase = 删除
audit-what-worker_link = 为劳动者生成链接
audit-what-break_glass = 紧急查看
audit-what-break_glass_reviewed = 复核紧急查看
audit-outcome-granted = 允许
audit-outcome-denied = 拒绝
audit-outcome-failed = 失败
role-worker = 劳动者本人
field-case = 个案
field-evidence = 依据
field-answers = 逐题答案
field-notes = 备注
field-worker = 数据质量和设备
field-review = 工作负荷评估
field-groups = 群体数据
field-rules = 规则
field-system = 系统
field-accounts = 账号
field-audit = 审计日志
field-emergency = 紧急查看的理由
glass-title = 紧急查看
glass-what = 此危机个案未分配给您。说明理由后，您可在一小时内查看：{ $fields }。
glass-reason = 理由
glass-hint = 至少 10 个字符。职业健康部门负责人会在 24 小时内复核。
glass-open = 查看
glass-list = 紧急查看记录
glass-list-hint = 须在 24 小时内复核。
glass-list-none = 没有需要复核的记录。
glass-because = 理由：{ $reason }
glass-due = 复核期限：{ $left }
glass-review = 我已复核
glass-reviewed = 已由 { $person } 复核，{ $time } UTC

## Single answers

answers-title = 逐题答案
answers-note = 仅列题号；题目内容见问卷原文。
answers-none = 没有逐题填写的问卷。
answers-of = { $instrument }，{ $date }
answers-item = 题号
answers-answer = 答案
answers-missing = 未填

## A worker's own page

link-make = 生成劳动者本人页面的链接
link-title = { $worker } 的链接
link-once = 请只交给劳动者本人。链接仅显示这一次，且只能使用一次。
link-until = 有效期至 { $time }。
me-title = 您本人的数据
me-who = 您是 { $site } 的 { $worker }。
me-half-hour = 本页面将在半小时后关闭。
me-knock = 此链接只能使用一次。请在没有旁人的地方打开。
me-open = 打开我的页面
me-over = 此链接已使用或已过期，或半小时已到。请向职业健康部门索取新链接。
me-download = 下载全部数据
me-leave = 关闭
me-meaning = 所有数值都与您本人的平常水平比较，不是诊断。如有担心，请联系职业健康部门。
me-reads = 谁查看过您的数据
me-reads-none = 还没有人。

## Problems

problem-title = 操作未成功
problem-404 = 该地址没有内容，或您无权查看。
problem-403 = 您的角色无权执行此操作。
problem-400 = 表单填写不符合要求。
problem-409 = 此内容刚刚被他人修改，请重新查看后再作决定。
problem-500 = 系统出现错误，已作记录，请稍后重试。
problem-503 = 服务正在停止或启动，请稍后重试。
problem-csrf = 此表单是在本次登录之前打开的，已经失效。请重新打开页面后再提交。
back-to-inbox = 返回待办

## Roles

role-physician = 职业健康医师
role-counsellor = 心理咨询师
role-duty_clinician = 值班医师
role-oh_lead = 职业健康主管
role-oh_head = 职业健康部门负责人
role-manager = 部门经理
role-safety_committee = 职业健康安全委员会
role-operator = 运维人员
role-administrator = 管理员

## Cases

level-L2 = 中
level-L3 = 高
level-L4 = 危机
state-open = 待接手
state-acknowledged = 已接手
state-assessed = 已评估
state-planned = 方案已定
state-in_action = 实施中
state-follow_up = 随访中
state-referred = 已转介
state-closed = 已结案
state-declined_by_worker = 本人选择不继续
state-not_work_related = 与工作无关
state-data_error = 数据错误
milestone-acknowledge = 接手
milestone-assess = 评估
milestone-plan = 商定方案
milestone-first_action = 启动措施
milestone-follow_up = 随访
milestone-close_review = 结案评估
action-workload_review = 工作负荷评估
action-counseling = 心理咨询
step-requested = 已发起
step-accepted = 已接受
step-started = 已开始
step-done = 已完成
step-declined = 未接受
left = 剩余 { $span }
over = 已超期 { $span }

## Inbox

inbox-title = 待办
inbox-empty = 目前没有需要您处理的个案。
inbox-empty-filtered = 没有符合筛选条件的个案。
inbox-caption = 未结个案，按紧急程度排列
inbox-filter = 筛选条件
inbox-all = 全部
inbox-site = 工作地点
inbox-unit = 部门
inbox-level = 级别
inbox-mine = 仅我负责的
inbox-overdue = 仅已超期的
inbox-apply = 筛选
inbox-new = 新
inbox-keys = 快捷键：j、k 上下移动，Enter 打开。
column-urgency = 级别
column-worker = 劳动者
column-unit = 部门
column-next = 下一时限
column-state = 状态
column-in-charge = 负责人
column-actions = 措施
nobody = 尚未指定

## Case

case-title = { $worker } 的个案
case-meta = { $unit }，{ $site }；该劳动者的第 { $episode } 例个案
case-opened = 建立时间
case-in-charge = 负责人
case-rules = 触发规则
case-ended = 结束时间
case-summary = 目前情况概要
case-summary-note = 由系统自动撰写；个案建立后可能又有新数据。
case-no-evidence = 您的角色无权查看此个案的依据。
case-actions = 两项措施
case-no-review = 危机个案不会自动发起工作负荷评估。
case-no-counselling = 未安排心理咨询。
case-limits = 时限
case-no-limits = 目前没有时限要求。
case-history = 处理记录
case-history-when = 时间
case-history-who = 人员
case-history-what = 事项
case-history-note = 备注
case-evidence = 相关数据变化趋势
case-do = 可进行的操作
case-note = 备注
case-note-hint = 备注将连同您的姓名保存在个案中；结束危机个案时必须填写。
case-add-note = 保存备注
case-assign = 指定负责人
case-assign-whom = 人员
case-assign-of = 负责范围
case-assign-case = 整个个案
case-method = 方法
case-due = 启动期限
case-assignee = 执行人
case-live-again = 更新于 { $time }
move-acknowledged = 接手个案
move-assessed = 评估完成
move-planned = 方案已商定
move-in_action = 措施已启动
move-follow_up = 转入随访
move-referred = 转介
move-closed = 结案
move-declined_by_worker = 结束：本人选择不继续
move-not_work_related = 结束：与工作无关
move-data_error = 结束：数据错误
progress-accepted = 已接受
progress-started = 已开始
progress-done = 已完成
progress-declined = 未接受
do-follow-up = 已向本人了解效果
do-request-review = 发起工作负荷评估
do-choose = 选择方法
done-moved = 个案状态已变更为：{ $state }。
done = 操作成功。
refused = 操作未执行：{ $problem }

## Pictures

chart-hrv = 夜间心率变异性（HRV：RMSSD，ms）与个人基线对比
chart-hr = 睡眠时心率（次/分）
chart-sleep = 睡眠时长与睡眠需要量（小时）
chart-index = 综合紧张指数（50 为个人基线）
chart-work = 工作时长（小时）
chart-screenings = 筛查量表
chart-table = 以表格查看
chart-night = 当夜
chart-usual = 个人基线
chart-band = 基线范围
chart-need = 需要量
chart-value = 数值
chart-date = 日期
chart-no-data = 尚未收到数据。
chart-raised = 个案建立
screening-score = { $instrument }：{ $score }

## History of a case

event-raised = 升至 { $level }
event-moved = 状态变为：{ $state }
event-progress = { $action }：{ $step }
event-action-added = 要求进行{ $action }
event-leads = 由 { $person } 负责本个案
event-carries-out = 由 { $person } 执行：{ $action }
event-remarked = 备注
event-evidence-added = 新增符合的规则：{ $rules }
event-method-chosen = { $action }：已选择{ $method }
event-followed-up = 已询问劳动者措施是否有帮助
event-told = 时限“{ $limit }”：{ $stage }
event-reviewed = { $action }，第 { $week } 周评价：{ $advice }
event-invited = 已邀请填写 { $instruments }
stage-reminder = 提醒
stage-overdue = 已逾期
stage-escalated = 逾期过半
advice-maintain = 继续
advice-intensify = 加强
advice-switch = 更换方法
advice-step_up = 提高一级照护
advice-close = 结案
advice-measure = 请填写量表

## The evidence in words

summary-between = { "" }
summary-comma = { "、" }
summary-sentence = { $told }。
summary-prorated = { $told }，其中一项缺失的回答以其余各项的平均值补足。
summary-crisis = 量表中有一项回答提示：今天应由有资质的人员与本人面谈。这类回答并不少见，多数并非紧急情况，但只有当面交谈才能判断。
summary-test = 本消息仅用于测试消息能否送达，无需任何人处理。
summary-stands = 迟到的数据改变了本个案的依据，级别不变。
summary-fell = 迟到的数据改变了本个案的依据：原为 { $told }，按现有数据应为 { $found }。在负责人结案之前，个案仍然有效。
summary-closed = 本个案已结案。
summary-screening = { $date } 的 { $instrument } 得分为 { $score }
summary-screening-band = { $date } 的 { $instrument } 得分为 { $score }（{ $band }）
band-minimal = 极轻
band-mild = 轻度
band-moderate = 中度
band-moderately_severe = 中重度
band-severe = 重度
summary-hrv = 最近 7 夜（其中 { $nights } 夜可用）夜间心率变异性{ $side }本人平时水平 { $change } %，{ $state }。
summary-below = 低于
summary-above = 高于
summary-hrv-persistent = 且自出现以来多数夜晚偏低
summary-hrv-watch = 有数夜偏低
summary-hrv-normal = 在平时范围内
summary-hrv-learning = 夜间心率变异性尚无法比较：此手环的夜晚数据还太少。
summary-hrv-stale = 近期夜晚数据太少，无法评价夜间心率变异性。
summary-hrv-illness = 暂不评价夜间心率变异性：本人报告患病。
summary-hrv-irregular = 暂不评价夜间心率变异性：心搏不规则。
summary-heart = 7 天内睡眠心率比本人平时水平高 { $spreads } 个标准差。
summary-sleep = 平均每夜睡眠 { $slept } 小时（平时需要 { $need } 小时；14 天累计缺少 { $debt } 小时）。
summary-sleep-poor = 平均每夜睡眠 { $slept } 小时（平时需要 { $need } 小时；14 天累计缺少 { $debt } 小时），且一周中多数夜晚睡眠不佳。
summary-index = 综合紧张指数为 { $value }，本人平时水平为 50（{ $parts }）。
component-hrv = 夜间心率变异性
component-rhr = 睡眠心率
component-debt = 睡眠不足
component-cont = 睡眠中断
component-reg = 睡眠不规律
summary-other = 患病、饮酒或高强度训练也会使心率变异性降到这一水平。
summary-other-reported = 患病、饮酒或高强度训练也会使心率变异性降到这一水平（这几天本人报告：{ $said }）。
summary-chance = 健康人仅因偶然，每年也约有 { $times } 次出现心率变异性持续偏低。
tag-alcohol = 饮酒
tag-illness = 患病
tag-late_exercise = 睡前运动
tag-travel = 出行
tag-pregnancy = 怀孕
tag-medication_change = 用药改变
tag-off_work = 休假
hint-chronic = 心率变异性偏低已超过四周：用来比较的基线是否仍然合适？
hint-high_side = 有数夜异常偏高：请检查手环；如持续存在，请咨询医师。
hint-irregular_rhythm = 有数夜心搏不规则，可能是节律问题，也可能是手环佩戴问题：请考虑进行医学检查。
hint-new_normal = 水平在数周前改变并一直保持：是生活、健康还是手环有了变化？
hint-possible_illness = 睡眠中心率偏快，类似患病时的表现；本人未报告患病。
exposure-weekly_hours = 每周工作 { $value } 小时（限值 { $limit } 小时）。
exposure-overtime_days = 连续 { $value } 天加班（限值 { $limit } 天）。
exposure-overtime_noise_lex8h_dba = 加班日中有一天噪声达 { $value } dB(A)（限值 { $limit }）。
exposure-consecutive_work_days = 连续工作 { $value } 天没有休息日（限值 { $limit } 天）。
exposure-consecutive_nights = 连续上夜班 { $value } 次（限值 { $limit } 次）。
exposure-nights_in_28_d = 28 天内上夜班 { $value } 次（限值 { $limit } 次）。
exposure-night_spell_weeks = 夜班已持续 { $value } 周（限值 { $limit } 周）。
exposure-quick_returns_7_d = 7 天内有 { $value } 次两班之间休息过短（限值 { $limit } 次）。
exposure-noise_lex8h_dba = 噪声达 { $value } dB(A)（限值 { $limit }）。
exposure-noise_lex40h_dba = 一周噪声达 { $value } dB(A)（限值 { $limit }）。
exposure-wbgt_c = 高温达 WBGT { $value } °C（限值 { $limit } °C）。
exposure-violence_events_7_d = 7 天内报告工作场所暴力 { $value } 次。
exposure-days_since_incident = { $value } 天前报告过暴力或事故。
exposure-days_since_return = 长期缺勤后于 { $value } 天前恢复工作。

## Workers, and who is not seen

case-to-worker = 查看 { $worker } 的全部记录
worker-title = 劳动者 { $worker }
worker-place = { $unit }，{ $site }
worker-hrv = 夜间心率变异性
worker-consent = 知情同意
worker-zone = 时区
worker-cases = 个案
worker-no-cases = 该劳动者没有个案记录。
worker-case-open = 自 { $from } 起
worker-case-ended = { $from } 至 { $to }
worker-summary-note = 由系统生成，按当前数据评价。
worker-no-evidence = 您的角色无权查看该劳动者的依据。
consent-given = 已同意
consent-refused = 未同意或已撤回
hrv-learning = 夜数不足，基线尚未建立
hrv-normal = 与个人基线相符
hrv-watch = 部分夜间偏低
hrv-persistent = 持续偏低
hrv-stale = 近期有效夜数不足
quality-title = 近四周数据质量
quality-nights = { $nights } / { $of }
quality-any = 有数据的夜数
quality-valid = HRV 有效的夜数
quality-sleep = 有睡眠记录的夜数
quality-signal = 有效夜间的信号质量
quality-windows = 每个有效夜间的测量窗数
quality-last = 最近一次有数据的夜间
quality-last-valid = 最近一次有效夜间
devices-title = 腕带设备
devices-none = 尚无设备提供有效夜间数据。
devices-caption = 按 HRV 有效夜间统计，最近的在前
devices-name = 设备
devices-first = 首次夜间
devices-last = 最近夜间
devices-nights = 夜数
devices-unnamed = 未命名
devices-provider = 厂商提供的夜间值
unseen-why = 原因
unseen-days = 无数据超过多少天视为失联
unseen-counts = 人数
unseen-total = { $of } 名劳动者中有 { $count } 名未被观察到。
unseen-enrolled = 登记人数
unseen-sum = 合计
unseen-list = 名单
unseen-nobody = 此处所有人均有数据。
unseen-since = 自何时起
unseen-do = 处理建议
unseen-has-case = 有未结个案
unseen-no_consent = 缺少知情同意
unseen-never = 从未收到数据
unseen-silent = 无数据
unseen-stale = 有效夜数不足
unseen-too_few = 始终未达到所需夜数
unseen-do-no_consent = 参加是自愿的。仅在登记册遗漏时询问。
unseen-do-never = 是否已发放设备，并与该名称配对？
unseen-do-silent = 询问是否佩戴并充电；查看下方数据来源。
unseen-do-stale = 询问夜间是否佩戴、佩戴是否合适。
unseen-do-too_few = 询问夜间不佩戴的原因；可提供其他设备。
sources-title = 数据来源
sources-hint = 自服务启动以来各来源的最近通信时间；最久未通信的在前。
sources-none = 自服务启动以来未收到任何来源的数据。
sources-name = 来源
sources-last = 最近通信

## Sites and units

units-on = 截至 { $date }，当日内不变。
units-how = 数据保护方式
units-least = 健康指标至少基于 { $least } 人，流程指标至少基于 5。
units-missing = “–”表示人数过少、会透露一两人的情况，或会使其他“–”可被推算。
units-rounded = 人数以 5 为单位，比例和率取整。
units-publish = 请勿在同一个月内公布多天的数据：差值可能只涉及一个人。
units-none = 尚无已分配单位的场所。
units-site = 场所 { $site }
units-small-site = 该场所少于 30 人，因此不显示各单位。
units-whole = 整个场所
units-workers = 登记人数
units-at-least = 不少于 { $workers }
units-few = 少于 10
units-table-0 = 参与情况
units-table-1 = 当前状况
units-table-2 = 个案：有未结个案者的比例，以及最近 { $weeks } 周每 100 人月新建数
units-responses = 响应：半数个案用时（小时）/ 九成个案用时 / 时限内比例
units-rules = 符合的单位规则
units-no-rule = 无符合的规则，或其依据不可披露。
units-for-work = 工作方面
units-to-offer = 可提供
figure-active_share = 近 7 天有数据
figure-valid_share = 有效夜数足够
figure-watch_or_worse_share = HRV 部分夜间或持续偏低
figure-persistent_share = HRV 持续偏低
figure-exposed_share = 超过工作条件限值
figure-eri_mean = 付出与回报比，均值
figure-open_l2_share = 未结 L2
figure-open_l3_share = 未结 L3
figure-open_l4_share = 未结 L4
figure-opened_l2_rate = 新建 L2
figure-opened_l3_rate = 新建 L3
figure-opened_l4_rate = 新建 L4
